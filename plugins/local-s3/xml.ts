import { SaxesParser } from 'saxes'
import { S3Error } from './errors.js'

/** Enough for ten thousand parts of six elements each. */
const MAX_ELEMENTS = 60_000
const MAX_DEPTH = 10

/** The content of an element to write: text, child elements by name, or, in an array, the same element repeated. */
export type XmlContent = string | number | boolean | undefined | XmlChildren | readonly XmlContent[]

/** Child elements by name; one that is undefined is left out. */
export interface XmlChildren { readonly [name: string]: XmlContent }

/**
 * Writes a whole document.
 *
 * @param namespace S3's own by default; none where it is empty
 */
export function xmlDocument (
  root: string, content: string | XmlChildren, namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'
): string {
  const attribute = namespace === '' ? '' : ` xmlns="${namespace}"`
  const inner = typeof content === 'string' ? escapeText(content) : writeChildren(content)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner}</${root}>`
}

function writeChildren (content: XmlChildren): string {
  return Object.entries(content).map(([name, value]) => writeElement(name, value)).join('')
}

function writeElement (name: string, content: XmlContent): string {
  if (content === undefined) return ''
  if (Array.isArray(content)) return content.map((item: XmlContent) => writeElement(name, item)).join('')
  const inner = typeof content === 'object' ? writeChildren(content as XmlChildren) : escapeText(String(content))
  return `<${name}>${inner}</${name}>`
}

function escapeText (text: string): string {
  return text.replace(/[&<>"\p{Cc}\ufffe\uffff]/gu, (character) =>
    `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`)
}

/** An element as read. */
export interface XmlElement {
  readonly text: string
  readonly children: ReadonlyMap<string, readonly XmlElement[]>
}

interface OpenElement {
  text: string
  readonly children: Map<string, XmlElement[]>
}

/** Reads a document piece by piece, in a time and in memory that its length limits. */
export class XmlReader {
  readonly #parser = new SaxesParser()
  readonly #open: OpenElement[] = [{ text: '', children: new Map() }]
  #elements = 0

  constructor () {
    const addText = (text: string): void => { this.#open.at(-1)!.text += text }
    this.#parser.on('opentag', ({ name }) => this.#openElement(name))
    this.#parser.on('closetag', () => { this.#open.pop() })
    this.#parser.on('text', addText)
    this.#parser.on('cdata', addText)
  }

  /** @throws S3Error MalformedXML */
  write (text: string): void {
    try {
      this.#parser.write(text)
    } catch {
      throw malformedXml()
    }
  }

  /**
   * Ends the document.
   *
   * @param root the name that its root element must have
   * @throws S3Error MalformedXML
   */
  end (root: string): XmlElement {
    try {
      this.#parser.close()
    } catch {
      throw malformedXml()
    }
    const element = child(this.#open[0]!, root)
    if (element === undefined) throw malformedXml()
    return element
  }

  #openElement (name: string): void {
    this.#elements += 1
    if (this.#elements > MAX_ELEMENTS || this.#open.length > MAX_DEPTH) throw malformedXml()
    const element: OpenElement = { text: '', children: new Map() }
    const { children } = this.#open.at(-1)!
    const siblings = children.get(name)
    if (siblings === undefined) children.set(name, [element])
    else siblings.push(element)
    this.#open.push(element)
  }
}

/** The error for a document that is not well-formed, or not the one that the operation takes. */
export const malformedXml = (
  message = 'The XML you provided was not well-formed or did not validate against our published schema.'
): S3Error => new S3Error('MalformedXML', message)

/**
 * Reads a small document.
 *
 * @param root the name that its root element must have
 * @throws S3Error MalformedXML
 */
export function readXml (text: string, root: string): XmlElement {
  const reader = new XmlReader()
  reader.write(text)
  return reader.end(root)
}

/** All child elements of this name. */
export const children = (element: XmlElement, name: string): readonly XmlElement[] => element.children.get(name) ?? []

/** The first child element of this name. */
export const child = (element: XmlElement, name: string): XmlElement | undefined => children(element, name)[0]

/** The text of the first child element of this name. */
export const childText = (element: XmlElement, name: string): string | undefined => child(element, name)?.text
