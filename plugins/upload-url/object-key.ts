import { createHash } from 'node:crypto'
import { errors } from './errors.js'

const LONGEST_SEGMENT = 128
const LONGEST_OWNER = 1024
const PLAIN_OWNER = /^[A-Za-z0-9_-]{1,128}$/
const OWN_OBJECT = /^[A-Za-z0-9_-]{1,96}(\.[a-z0-9]{1,10})?$/

/**
 * The part of an object key that stands for its owner. Letters, digits, `_`, `-` and `.` stay as they
 * are, every other byte of the UTF-8 form becomes `=XX`, and what would grow too long becomes `==` and
 * a SHA-256. No two owners share a segment, and no segment holds a `/` or is `.` or `..`, so no owner's
 * prefix equals or contains another's.
 *
 * @param owner who uploads, as the host names them
 * @returns a segment of at most 128 ASCII characters
 * @throws FST_UPLOAD_INVALID_OWNER when the owner is empty, too long or holds a lone surrogate
 */
export function ownerSegment (owner: string): string {
  if (typeof owner !== 'string' || owner === '' || owner.length > LONGEST_OWNER || !owner.isWellFormed()) {
    throw new errors.FST_UPLOAD_INVALID_OWNER()
  }
  if (PLAIN_OWNER.test(owner)) return owner
  const escaped = /^\.\.?$/.test(owner) ? owner.replaceAll('.', '=2E') : owner.replace(/[^A-Za-z0-9_.-]/gu, escapeBytes)
  if (escaped.length <= LONGEST_SEGMENT) return escaped
  return '==' + createHash('sha256').update(owner).digest('base64url')
}

/**
 * The key of a new object: `{prefix}/{owner}/{id}{.extension}`. Nothing of it comes from the client but
 * the owner's name, escaped, and an extension out of our own table.
 */
export function objectKey (prefix: string, owner: string, id: string, extension: string): string {
  return ownerPrefix(prefix, owner) + id + (extension === '' ? '' : `.${extension}`)
}

/** Whether `key` is one that {@link objectKey} could have made for this owner. */
function belongsTo (prefix: string, owner: string, key: string): boolean {
  const own = ownerPrefix(prefix, owner)
  return typeof key === 'string' && key.startsWith(own) && OWN_OBJECT.test(key.slice(own.length))
}

/**
 * Answers for a key that is not the owner's as for one under which there is nothing.
 *
 * @throws FST_UPLOAD_NOT_FOUND
 */
export function assertOwnKey (prefix: string, owner: string, key: string): void {
  if (!belongsTo(prefix, owner, key)) throw new errors.FST_UPLOAD_NOT_FOUND()
}

function ownerPrefix (prefix: string, owner: string): string {
  return `${prefix === '' ? '' : `${prefix}/`}${ownerSegment(owner)}/`
}

function escapeBytes (character: string): string {
  return Array.from(Buffer.from(character), byte => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}
