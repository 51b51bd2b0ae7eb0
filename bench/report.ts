/** The middle value. */
export function median (values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2
}

/** How far apart the values are, in per cent of the median. */
export function spread (values: readonly number[]): string {
  return `${Math.round(100 * (Math.max(...values) - Math.min(...values)) / median(values))} %`
}

/** A Markdown table. */
export function table (head: readonly string[], rows: ReadonlyArray<ReadonlyArray<string | number>>): string {
  const line = (cells: ReadonlyArray<string | number>) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => column === 0 ? '---' : '--:')), ...rows.map(line)].join('\n')
}
