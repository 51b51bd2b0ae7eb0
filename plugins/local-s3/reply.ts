import type { StoredFile } from './stored-file.js'
import { xmlDocument } from './xml.js'
import type { XmlChildren } from './xml.js'

/** A range of a stored file to send, both ends included; closed once sent. */
export interface FileBody {
  readonly file: StoredFile<unknown>
  readonly start: number
  readonly end: number
}

/** An answer, before it is put on the wire. */
export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | FileBody
}

/** An answer in XML. */
export function xmlReply (
  root: string, content: string | XmlChildren, headers: Readonly<Record<string, string>> = {}
): Reply {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body: xmlDocument(root, content) }
}
