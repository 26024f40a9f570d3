import type { EntitySchema } from 'typeorm'
import { AssignmentRunEntity, LeadPenaltyEntity } from './assignment/run.js'
import { ChangeEntity, ChangeValueEntity, SealEntity } from './changes/change.js'
import { OutboxEntity } from './changes/outbox.js'
import { ContactEntity, CustomerEntity } from './customers/customer.js'
import { LeaseEntity } from './db/leases.js'
import { DeadlineEntity } from './deadlines/deadline.js'
import { DealEntity } from './deals/deal.js'
import { DedupeKeyEntity } from './dedupe/keys.js'
import { DeliveryAttemptEntity } from './deliveries/attempts.js'
import { DeliveryEntity } from './deliveries/delivery.js'
import { FileEntity } from './files/files.js'
import { FollowUpEntity } from './follow-ups/follow-up.js'
import { InboxEntity } from './inbox/inbox.js'
import { KeyEntity } from './key-store/key-store.js'
import { LeadEntity, TouchEntity } from './leads/lead.js'
import { OfferEntity } from './leads/offer.js'
import { DirectoryEntryEntity, DirectoryRunEntity } from './org/directory-entry.js'
import { InstallationEntity } from './org/installation.js'
import { LeaveEntity } from './org/leave.js'
import {
  BindingEntity,
  DepartmentEntity,
  FamiliarityEntity,
  PersonEntity,
  ProductLineEntity,
  RegionEntity,
} from './org/person.js'
import { SessionEntity } from './org/sessions.js'
import { PlaybookVersionEntity } from './playbook/playbook.js'
import { TaskEntity } from './tasks/task.js'

/** Every table, in the order of the modules. */
export const entities = [
  LeaseEntity,
  KeyEntity,
  ChangeEntity,
  ChangeValueEntity,
  SealEntity,
  OutboxEntity,
  PlaybookVersionEntity,
  PersonEntity,
  DepartmentEntity,
  RegionEntity,
  ProductLineEntity,
  FamiliarityEntity,
  BindingEntity,
  LeaveEntity,
  SessionEntity,
  InstallationEntity,
  DirectoryEntryEntity,
  DirectoryRunEntity,
  InboxEntity,
  FileEntity,
  DeadlineEntity,
  DeliveryEntity,
  DeliveryAttemptEntity,
  DedupeKeyEntity,
  CustomerEntity,
  ContactEntity,
  LeadEntity,
  TouchEntity,
  OfferEntity,
  AssignmentRunEntity,
  LeadPenaltyEntity,
  DealEntity,
  FollowUpEntity,
  TaskEntity,
] as EntitySchema[]
