import { Type } from '@sinclair/typebox'

/** The media type that a result is stored under, by the extension of its name. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  txt: 'text/plain',
  srt: 'application/x-subrip',
  vtt: 'text/vtt'
}

const EXTENSIONS = Object.keys(CONTENT_TYPES)
const MAX_LENGTH = 100
const PATTERN = `^[A-Za-z0-9][A-Za-z0-9_-]*(?:\\.[A-Za-z0-9_-]+)*\\.(?:${EXTENSIONS.join('|')})$`
const RESULT_NAME = new RegExp(PATTERN)

export const ResultName = Type.String({
  pattern: PATTERN,
  maxLength: MAX_LENGTH,
  description: 'Name of the result: letters, digits, `.`, `_` and `-`, ending in ' +
    `${EXTENSIONS.map(extension => `\`.${extension}\``).join(', ')}.`,
  examples: ['transcript.json']
})

/** Whether a result may have this name: a plain file name, never a path. */
export function isResultName (name: string): boolean {
  return name.length <= MAX_LENGTH && RESULT_NAME.test(name)
}

/** The media type of a result. @param name as {@link isResultName} accepts it */
export function contentTypeOfResult (name: string): string {
  return CONTENT_TYPES[name.slice(name.lastIndexOf('.') + 1)]!
}
