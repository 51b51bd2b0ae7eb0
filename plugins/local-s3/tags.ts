import { S3Error } from './errors.js'
import { child, childText, children, malformedXml, readXml } from './xml.js'

const MAX_TAGS = 10
const MAX_KEY_LENGTH = 128
const MAX_VALUE_LENGTH = 256

/** Tags of an object, in the order in which they were given. */
export type Tags = ReadonlyArray<readonly [key: string, value: string]>

/**
 * Reads tags as `x-amz-tagging` carries them, encoded like a query.
 *
 * @throws S3Error InvalidTag, BadRequest
 */
export const readTaggingHeader = (text: string | undefined): Tags => checkTags([...new URLSearchParams(text ?? '')])

/**
 * Reads tags as a Tagging document carries them, which is also the field `tagging` of a form.
 *
 * @throws S3Error MalformedXML, InvalidTag, BadRequest
 */
export function readTaggingDocument (text: string): Tags {
  const tagSet = child(readXml(text, 'Tagging'), 'TagSet')
  if (tagSet === undefined) throw malformedXml()
  return checkTags(children(tagSet, 'Tag').map((tag) => {
    const [key, value] = [childText(tag, 'Key'), childText(tag, 'Value')]
    if (key === undefined || value === undefined) throw malformedXml()
    return [key, value] as const
  }))
}

function checkTags (tags: Tags): Tags {
  if (tags.length > MAX_TAGS) throw new S3Error('BadRequest', `Object tags cannot be greater than ${MAX_TAGS}`)
  for (const [key, value] of tags) {
    if (key === '' || key.length > MAX_KEY_LENGTH || !isTagText(key)) {
      throw new S3Error('InvalidTag', 'The TagKey you have provided is invalid', { TagKey: key })
    }
    if (value.length > MAX_VALUE_LENGTH || !isTagText(value)) {
      throw new S3Error('InvalidTag', 'The TagValue you have provided is invalid', { TagKey: key, TagValue: value })
    }
  }
  if (new Set(tags.map(([key]) => key)).size < tags.length) {
    throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key')
  }
  return tags
}

/** Letters, digits, spaces and a few signs (AWS, "Categorizing your storage using tags"). */
const isTagText = (text: string): boolean => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text)
