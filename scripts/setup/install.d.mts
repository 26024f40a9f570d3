interface Entry {
  version?: string
  integrity?: string
  optional?: boolean
}

export function firstDifference(
  wanted: Record<string, Entry>,
  installed: Record<string, Entry>,
): string | null
