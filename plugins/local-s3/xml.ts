import { parseXML } from '@aws-sdk/xml-builder'
import { S3Error } from './errors.js'

/** What an element may hold: text, child elements by name, or (in an array) the same element repeated. */
export type XmlContent = string | number | boolean | undefined | XmlElements | readonly XmlContent[]

/** Child elements by name; one that is undefined is left out. */
export interface XmlElements { readonly [name: string]: XmlContent }

/** @returns a whole document with this root element, in S3's namespace unless `namespace` says otherwise */
export function xmlDocument (root: string, content: string | XmlElements, namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'): string {
  const attribute = namespace === '' ? '' : ` xmlns="${namespace}"`
  const text = typeof content === 'string' ? escapeText(content) : inner(content)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${text}</${root}>`
}

function inner (content: XmlElements): string {
  return Object.entries(content).map(([name, value]) => element(name, value)).join('')
}

function element (name: string, content: XmlContent): string {
  if (content === undefined) return ''
  if (Array.isArray(content)) return content.map((item: XmlContent) => element(name, item)).join('')
  const text = typeof content === 'object' ? inner(content as XmlElements) : escapeText(String(content))
  return `<${name}>${text}</${name}>`
}

function escapeText (text: string): string {
  return text.replace(/[&<>"\p{Cc}\ufffe\uffff]/gu, (character) => `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`)
}

/** An element as read: its text, or its children by name, each with all its occurrences. */
export type XmlValue = string | { readonly [name: string]: XmlValue | readonly XmlValue[] }

/**
 * Reads a request's XML document.
 *
 * @param root name that the root element must have
 * @throws S3Error MalformedXML
 */
export function readXml (text: string, root: string): XmlValue {
  try {
    const document = parseXML(text) as { [name: string]: XmlValue }
    const value = document[root]
    if (value !== undefined) return value
  } catch {
    // not well-formed, or nested beyond reason
  }
  throw new S3Error('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema.')
}

/** @returns all child elements of this name, none if there is no such child */
export function children (value: XmlValue, name: string): readonly XmlValue[] {
  if (typeof value === 'string') return []
  const child = value[name]
  if (child === undefined) return []
  return Array.isArray(child) ? child as readonly XmlValue[] : [child as XmlValue]
}

/** @returns the text of the first child element of this name */
export function childText (value: XmlValue, name: string): string | undefined {
  const [first] = children(value, name)
  return typeof first === 'string' ? first : undefined
}
