/** The messengers that people can be reached in. A new platform is a new name here and a folder in `adapters`. */
export const platforms = ['sandbox', 'wecom', 'dingtalk', 'feishu'] as const
export type Platform = (typeof platforms)[number]
