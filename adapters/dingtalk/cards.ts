import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import { platformError } from './codes.js'
import { PlatformError } from '../../core/errors.js'
import { field, objectsOf, textOf, truthOf } from './json.js'
import type { DingtalkClient } from './client.js'

/** One receiver of a card: a person's chat with the robot, or a group. */
export type Space = { userId: string } | { groupId: string }

/** The route under which HTTP card callbacks are registered. */
export const callbackRoute = 'genjin'

/** How a card came out: with the platform's id of its message, where it told one. */
export type Delivered = { isNew: true; carrierId: string } | { isNew: false }

/** The card calls that the product uses. */
export function createCards(settings: DingtalkSettings, client: DingtalkClient) {
  return {
    /**
     * Makes a card and hands it to one receiver. A card id that exists already was handed over before.
     *
     * @throws PlatformError `not_delivered` when the card was made and did not reach its receiver: the id is spent.
     * @see https://open.dingtalk.com/document/orgapp/create-and-deliver-cards
     */
    async deliver(input: {
      templateId: string
      outTrackId: string
      space: Space
      variables: Record<string, string>
    }): Promise<Delivered> {
      const { space } = input
      const summary = { alertContent: input.variables['lastMessage'] ?? '' }
      const model = 'userId' in space ? 'imRobot' : 'imGroup'
      const body = {
        cardTemplateId: input.templateId,
        outTrackId: input.outTrackId,
        // Cards follow their own setting, not the console's switch.
        callbackType: settings.mode === 'stream' ? 'STREAM' : 'HTTP',
        ...(settings.mode === 'http' ? { callbackRouteKey: callbackRoute } : {}),
        userIdType: 1,
        cardData: { cardParamMap: input.variables },
        openSpaceId:
          'userId' in space ? `dtv1.card//IM_ROBOT.${space.userId}` : `dtv1.card//IM_GROUP.${space.groupId}`,
        [`${model}OpenSpaceModel`]: { supportForward: false, notification: summary },
        [`${model}OpenDeliverModel`]:
          'userId' in space
            ? { spaceType: 'IM_ROBOT', robotCode: settings.robotCode }
            : { robotCode: settings.robotCode },
      }
      let answer
      try {
        answer = await client.api('POST', '/v1.0/card/instances/createAndDeliver', { body })
      } catch (error) {
        if (error instanceof PlatformError && error.code === 'param.cardAlreadyExist') return { isNew: false }
        throw error
      }
      // 200 says that the card was made; each space tells for itself whether it was handed over.
      const [delivery] = objectsOf(field(answer, 'result'), 'deliverResults')
      if (!delivery || !truthOf(delivery, 'success')) throw platformError('not_delivered')
      return { isNew: true, carrierId: textOf(delivery, 'carrierId') }
    },

    /**
     * Changes what a card shows, for everybody who sees it. By key: without it the platform forgets what is not sent.
     *
     * @see https://open.dingtalk.com/document/orgapp/interactive-card-update-interface
     */
    async update(outTrackId: string, variables: Record<string, string>): Promise<void> {
      const answer = await client.api('PUT', '/v1.0/card/instances', {
        body: {
          outTrackId,
          cardData: { cardParamMap: variables },
          cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
          userIdType: 1,
        },
      })
      if (!truthOf(answer, 'success')) throw platformError('system.busy')
    },

    /**
     * Says where HTTP card callbacks go and what they are signed with.
     *
     * @see https://open.dingtalk.com/document/orgapp/register-card-callback-address
     */
    async registerCallback(callbackUrl: string, apiSecret: string): Promise<void> {
      await client.api('POST', '/v1.0/card/callbacks/register', {
        body: { callbackRouteKey: callbackRoute, callbackUrl, apiSecret, forceUpdate: true },
      })
    },
  }
}

/** The answer to a tap: the card for everybody, the notice for the one who tapped. */
export function tapUpdate(card: Record<string, string> | null, notice: string): object {
  return {
    cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
    ...(card ? { cardData: { cardParamMap: card } } : {}),
    userPrivateData: { cardParamMap: { notice } },
  }
}
