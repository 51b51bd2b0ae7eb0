import { createHash } from 'node:crypto'
import { errors } from './errors.js'
import { isResultName } from './result-name.js'

const MAX_SEGMENT_LENGTH = 128
const MAX_OWNER_LENGTH = 1024
const PLAIN_OWNER = /^[A-Za-z0-9_-]{1,128}$/
const ESCAPED_OWNER = /^(?:[A-Za-z0-9_.-]|=[0-9A-F]{2})+$/
const RESULTS = '.results'
const UNCLAIMED = 'unclaimed/'
const OBJECT_NAME = /^[A-Za-z0-9_-]{1,96}(\.[a-z0-9]{1,10})?$/

let own: (owner: string, key: string, unclaimedKey: string) => OwnedObject
let folderAt: (prefix: string) => Folder

/** Something of an owner's in the store, there or not: an {@link OwnedObject} or an {@link OwnedResult}. */
class Owned {
  readonly #owner: string
  readonly #key: string
  readonly #storeKey: string

  protected constructor (owner: string, key: string, storeKey = key) {
    this.#owner = owner
    this.#key = key
    this.#storeKey = storeKey
  }

  /** Whose it is, as the host names them. */
  get owner (): string {
    return this.#owner
  }

  /** Its key, as clients know it: the same whether or not the upload has been claimed. */
  get key (): string {
    return this.#key
  }

  /** Its key in the store. */
  get storeKey (): string {
    return this.#storeKey
  }
}

export type { Owned }

/** An object of an owner's, there or not. Only {@link createObjectKeys} makes them: nobody reaches another's. */
export class OwnedObject extends Owned {
  readonly #unclaimedKey: string

  static { own = (owner, key, unclaimedKey) => new OwnedObject(owner, key, key, unclaimedKey) }

  protected constructor (owner: string, key: string, storeKey: string, unclaimedKey = storeKey) {
    super(owner, key, storeKey)
    this.#unclaimedKey = unclaimedKey
  }

  /** Where it is uploaded to: below a prefix of its own where a claim copies it from there, else the same object. */
  get unclaimed (): OwnedObject {
    return this.isUnclaimed ? this : new OwnedObject(this.owner, this.key, this.#unclaimedKey)
  }

  /** Whether this is the place that it is uploaded to. */
  get isUnclaimed (): boolean {
    return this.storeKey === this.#unclaimedKey
  }

  /** A multipart upload to this object. S3 accepts an upload id with no key but its own. */
  upload (uploadId: string): OwnedUpload {
    return new OwnedUpload(this, uploadId)
  }

  /**
   * What has been made of this object, such as its transcript: it is stored at `{key}.results/{name}`.
   *
   * @param name a plain file name, as in `transcript.json`
   * @throws FST_UPLOAD_NOT_FOUND for a name that no result can have
   */
  result (name: string): OwnedResult {
    return new OwnedResult(this, name)
  }

  /** What the keys of its results begin with, and no other key. */
  get resultsPrefix (): string {
    return `${this.key}${RESULTS}/`
  }
}

/** A result of an owner's recording, there or not: see {@link OwnedObject.result}. */
export class OwnedResult extends Owned {
  /** The recording that it was made of. */
  readonly recording: OwnedObject
  /** As in `transcript.json`. */
  readonly name: string

  constructor (recording: OwnedObject, name: string) {
    if (!isResultName(name)) throw new errors.FST_UPLOAD_NOT_FOUND()
    super(recording.owner, recording.resultsPrefix + name)
    this.recording = recording
    this.name = name
  }
}

/** A multipart upload of an owner's, in progress or not: see {@link OwnedObject.upload}. */
class OwnedUpload extends OwnedObject {
  readonly #uploadId: string

  constructor ({ owner, key, storeKey }: OwnedObject, uploadId: string) {
    super(owner, key, storeKey)
    this.#uploadId = uploadId
  }

  get uploadId (): string {
    return this.#uploadId
  }
}

export type { OwnedUpload }

/** A prefix below which all objects of an owner are, or of all owners. Only {@link createObjectKeys} makes them. */
export class Folder {
  readonly #prefix: string

  static { folderAt = prefix => new Folder(prefix) }

  private constructor (prefix: string) {
    this.#prefix = prefix
  }

  /** What every key in it begins with. */
  get prefix (): string {
    return this.#prefix
  }
}

/**
 * The keys below one prefix: `{prefix}/{owner}/{id}{.extension}`, and `{that}.results/{name}` for a result. Where a
 * claim copies, uploads go to `unclaimed/{that}`.
 */
export interface ObjectKeys {
  /**
   * A new object, where it is uploaded to. Nothing of its key comes from the client but the owner's name, escaped, and
   * an extension out of our own table.
   *
   * @param extension without its dot; empty for none
   * @throws FST_UPLOAD_INVALID_OWNER
   */
  create (owner: string, id: string, extension: string): OwnedObject
  /**
   * The object of a key that a client sends, where it is once it has been claimed.
   *
   * @throws FST_UPLOAD_NOT_FOUND for a key that is not the owner's, or that of a result, as for one under which nothing
   * is; FST_UPLOAD_INVALID_OWNER
   */
  find (owner: string, key: string): OwnedObject
  /**
   * The object or result of a key that the store sends, as in its events. The owner is read back from the key.
   *
   * @returns undefined for a key that is not one of ours, and for an owner whose name was too long to be kept whole
   */
  parse (storeKey: string): OwnedObject | OwnedResult | undefined
  /**
   * The object of an owner's that the store lists.
   *
   * @returns undefined for a key that is not one of the owner's
   * @throws FST_UPLOAD_INVALID_OWNER
   */
  listed (owner: string, storeKey: string): OwnedObject | undefined
  /** Where the objects of an owner are. @throws FST_UPLOAD_INVALID_OWNER */
  folder (owner: string): Folder
  /** Where uploads of an owner go; without one, those of all. @throws FST_UPLOAD_INVALID_OWNER */
  uploadFolder (owner?: string): Folder
}

/** Whether uploads can go below a prefix of their own beside the keys below this one, and no key be in both. */
export function hasUnclaimedPrefix (prefix: string): boolean {
  const root = rootOf(prefix)
  return !(UNCLAIMED + root).startsWith(root)
}

/** What the keys of uploads begin with that a claim copies. */
export function unclaimedRoot (prefix: string): string {
  return UNCLAIMED + rootOf(prefix)
}

/**
 * @param prefix first part of every key, without a slash at either end; may be empty
 * @param claimsCopy whether uploads go below a prefix of their own
 */
export function createObjectKeys (prefix: string, claimsCopy = false): ObjectKeys {
  const root = rootOf(prefix)
  const unclaimed = claimsCopy ? UNCLAIMED : ''
  const folderOf = (owner: string) => `${root}${ownerSegment(owner)}/`
  const claimedAt = (owner: string, key: string) => own(owner, key, unclaimed + key)
  const has = (owner: string, key: string) => {
    const folder = folderOf(owner)
    return key.startsWith(folder) && OBJECT_NAME.test(key.slice(folder.length))
  }
  /** What clients know a key of the store by, and whether it is one that uploads go to. */
  const readStoreKey = (storeKey: string): readonly [key: string, isUnclaimed: boolean] =>
    claimsCopy && storeKey.startsWith(unclaimed + root) ? [storeKey.slice(unclaimed.length), true] : [storeKey, false]
  const placeAt = (owner: string, key: string, isUnclaimed: boolean) =>
    isUnclaimed ? claimedAt(owner, key).unclaimed : claimedAt(owner, key)

  return {
    create: (owner, id, extension) =>
      claimedAt(owner, folderOf(owner) + id + (extension === '' ? '' : `.${extension}`)).unclaimed,

    find (owner, key) {
      if (typeof key !== 'string' || !has(owner, key)) throw new errors.FST_UPLOAD_NOT_FOUND()
      return claimedAt(owner, key)
    },

    parse (storeKey) {
      const [key, isUnclaimed] = readStoreKey(storeKey)
      if (!key.startsWith(root)) return undefined
      const [segment = '', name = '', ...rest] = key.slice(root.length).split('/')
      const owner = readOwner(segment)
      if (owner === undefined || rest.length > 1) return undefined
      const [result] = rest
      if (result === undefined) return OBJECT_NAME.test(name) ? placeAt(owner, key, isUnclaimed) : undefined
      const recording = name.slice(0, -RESULTS.length)
      if (isUnclaimed || !name.endsWith(RESULTS)) return undefined
      if (!OBJECT_NAME.test(recording) || !isResultName(result)) return undefined
      return claimedAt(owner, `${root}${segment}/${recording}`).result(result)
    },

    listed (owner, storeKey) {
      const [key, isUnclaimed] = readStoreKey(storeKey)
      return has(owner, key) ? placeAt(owner, key, isUnclaimed) : undefined
    },

    folder: owner => folderAt(folderOf(owner)),
    uploadFolder: owner => folderAt(unclaimed + (owner === undefined ? root : folderOf(owner)))
  }
}

function rootOf (prefix: string): string {
  return prefix === '' ? '' : `${prefix}/`
}

/**
 * The part of an object key that stands for its owner. Letters, digits, `_`, `-` and `.` stay as they
 * are, every other byte of the UTF-8 form becomes `=XX`, and what would grow too long becomes `==` and
 * a SHA-256. No two owners share a segment, and no segment contains a `/` or is `.` or `..`, so no owner's
 * prefix equals or contains another's.
 *
 * @param owner who uploads, as the host names them
 * @returns a segment of at most 128 ASCII characters
 * @throws FST_UPLOAD_INVALID_OWNER when the owner is empty, too long or not well-formed Unicode
 */
export function ownerSegment (owner: string): string {
  if (typeof owner !== 'string' || owner === '' || owner.length > MAX_OWNER_LENGTH || !owner.isWellFormed()) {
    throw new errors.FST_UPLOAD_INVALID_OWNER()
  }
  if (PLAIN_OWNER.test(owner)) return owner
  const escaped = /^\.\.?$/.test(owner) ? owner.replaceAll('.', '=2E') : owner.replace(/[^A-Za-z0-9_.-]/gu, escapeBytes)
  if (escaped.length <= MAX_SEGMENT_LENGTH) return escaped
  return '==' + createHash('sha256').update(owner).digest('base64url')
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

// A segment that nobody's name is written as, such as one with an `a` escaped, belongs to nobody.
function readOwner (segment: string): string | undefined {
  if (!ESCAPED_OWNER.test(segment)) return undefined
  const bytes = segment.replace(/=([0-9A-F]{2})/g, (_, byte) => String.fromCharCode(parseInt(byte, 16)))
  const owner = Buffer.from(bytes, 'latin1').toString()
  return owner.length <= MAX_OWNER_LENGTH && ownerSegment(owner) === segment ? owner : undefined
}

function escapeBytes (character: string): string {
  return Array.from(Buffer.from(character), byte => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}
