import { createHash } from 'node:crypto'
import { errors } from './errors.js'

const MAX_SEGMENT = 128
const MAX_OWNER = 1024
const HASHED = '=='
const PLAIN_OWNER = /^[A-Za-z0-9_-]{1,128}$/
const OBJECT_NAME = /^[A-Za-z0-9_-]{1,96}(\.[a-z0-9]{1,10})?$/

/**
 * An object below its owner's prefix. Only {@link createObjectKeys} makes one, and only for the owner it belongs to, so
 * a function that takes an `OwnedObject` cannot be given anybody else's.
 */
export class OwnedObject {
  /** Keeps an object of the same shape from being taken for one. */
  protected declare readonly isOwned: true

  protected constructor (readonly owner: string, readonly key: string) {}
}

/** A multipart upload in progress of an owner. */
export class OwnedUpload extends OwnedObject {
  constructor ({ owner, key }: OwnedObject, readonly uploadId: string) {
    super(owner, key)
  }
}

class CreatedObject extends OwnedObject {
  constructor (owner: string, key: string) {
    super(owner, key)
  }
}

/** Makes and finds the keys of objects: `{prefix}/{owner}/{id}{.extension}`. */
export interface ObjectKeys {
  /**
   * The key of a new object. Nothing of it comes from the client but the owner's name, escaped, and an extension out
   * of our own table.
   *
   * @throws FST_UPLOAD_INVALID_OWNER
   */
  create (owner: string, id: string, extension: string): OwnedObject
  /**
   * The object of a key that {@link create} could have made for this owner.
   *
   * @throws FST_UPLOAD_NOT_FOUND for any other key, whether or not there is an object
   */
  find (owner: string, key: string): OwnedObject
  /** The object of a key that tells its own owner; undefined for a key that is not ours, or whose owner is hashed. */
  parse (key: string): OwnedObject | undefined
}

/** @param prefix first part of every key, without a slash at either end; may be empty */
export function createObjectKeys (prefix: string): ObjectKeys {
  const root = prefix === '' ? '' : `${prefix}/`
  const ownerPrefix = (owner: string) => `${root}${ownerSegment(owner)}/`
  return {
    create: (owner, id, extension) =>
      new CreatedObject(owner, ownerPrefix(owner) + id + (extension === '' ? '' : `.${extension}`)),

    find (owner, key) {
      const own = ownerPrefix(owner)
      if (!key.startsWith(own) || !OBJECT_NAME.test(key.slice(own.length))) throw new errors.FST_UPLOAD_NOT_FOUND()
      return new CreatedObject(owner, key)
    },

    parse (key) {
      if (!key.startsWith(root)) return undefined
      const [segment = '', name = '', ...rest] = key.slice(root.length).split('/')
      const owner = ownerOfSegment(segment)
      return owner !== undefined && rest.length === 0 && OBJECT_NAME.test(name) ? new CreatedObject(owner, key) : undefined
    }
  }
}

/**
 * The part of an object key that stands for its owner. Letters, digits, `_`, `-` and `.` stay as they are, every other
 * byte of the UTF-8 form becomes `=XX`, and what would grow too long becomes `==` and a SHA-256. No two owners share a
 * segment, and no segment contains a `/` or is `.` or `..`, so no owner's prefix equals or contains another's.
 *
 * @returns a segment of at most 128 ASCII characters
 * @throws FST_UPLOAD_INVALID_OWNER when the owner is empty, too long or not well-formed
 */
export function ownerSegment (owner: string): string {
  if (PLAIN_OWNER.test(owner)) return owner
  if (owner === '' || owner.length > MAX_OWNER || !owner.isWellFormed()) throw new errors.FST_UPLOAD_INVALID_OWNER()
  const escaped = /^\.\.?$/.test(owner)
    ? owner.replaceAll('.', '=2E')
    : owner.replace(/[^A-Za-z0-9_.-]/gu, escapeBytes)
  return escaped.length <= MAX_SEGMENT ? escaped : HASHED + createHash('sha256').update(owner).digest('base64url')
}

/**
 * An owner as the host names it, as a string.
 *
 * @param owner a string, or an integer such as the id of a row
 * @throws FST_UPLOAD_INVALID_OWNER for anything else
 */
export function toOwner (owner: unknown): string {
  if (typeof owner === 'string') return owner
  if (typeof owner === 'bigint' || Number.isSafeInteger(owner)) return String(owner)
  throw new errors.FST_UPLOAD_INVALID_OWNER()
}

function ownerOfSegment (segment: string): string | undefined {
  if (segment === '' || segment.startsWith(HASHED)) return undefined
  try {
    const owner = decodeURIComponent(segment.replaceAll('=', '%'))
    return ownerSegment(owner) === segment ? owner : undefined
  } catch {
    return undefined
  }
}

function escapeBytes (character: string): string {
  return Array.from(Buffer.from(character), byte => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}
