export type PhoneKind = 'mobile' | 'landline' | 'service'

export interface PhoneHit {
  /** Offsets of the words in the text, in UTF-16 units, end exclusive. */
  start: number
  end: number
  text: string
  /** National digits: 13812341234, 01088886666, 4006880186. */
  value: string
  kind: PhoneKind
  ext?: string
}

export interface MaskedPhoneHit {
  start: number
  end: number
  text: string
  /** Digits before and after the mask. */
  prefix: string
  suffix: string
}

export type NormalisedPhone =
  | { ok: true; value: string; kind: PhoneKind; ext?: string }
  | { ok: false; reason: 'empty' | 'masked' | 'foreign' | 'length' | 'prefix' }

/** Finds Chinese phone numbers; hits in the order of the text, never overlapping. */
export function findPhones(_text: string): PhoneHit[] {
  return []
}

/** Finds numbers with hidden digits, such as 138****1234. */
export function findMaskedPhones(_text: string): MaskedPhoneHit[] {
  return []
}

/** Reads one form field or table cell as one phone number. */
export function normalisePhone(_text: string): NormalisedPhone {
  return { ok: false, reason: 'empty' }
}

/** 138****1234; short or foreign numbers lose all but their last four digits. */
export function maskPhone(value: string): string {
  return value
}
