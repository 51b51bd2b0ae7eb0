// Compiled by `npm run typecheck`, never run: every use that is marked as an error has to be one.
import Fastify from 'fastify'
import uploadUrl, {
  errors,
  type Audio,
  type UploadStatus,
  type UploadUrlOptions
} from '../../plugins/upload-url/index.js'
import { createObjectKeys, type OwnedObject } from '../../plugins/upload-url/object-key.js'
import uppy, { type UppyOptions } from '../../plugins/upload-url/uppy/index.js'

const app = Fastify()
const on = { owner: 'alice' }
const declared: UploadUrlOptions = { bucket: 'recordings', owner: request => request.headers.host }

await app.register(uploadUrl, declared)
await app.register(uploadUrl, {
  bucket: 'recordings',
  allowAnonymous: true,
  formats: ['mp3', { name: 'opus', contentType: 'audio/opus', extensions: ['opus'], aliases: [] }]
})
await app.register(uppy, { tokenSecret: 'a secret' })

// @ts-expect-error a bucket is required
export const withoutBucket: UploadUrlOptions = { allowAnonymous: true }
// @ts-expect-error somebody has to say whose request it is
export const withoutOwner: UploadUrlOptions = { bucket: 'b' }
// @ts-expect-error it is either one owner for each request, or one for all
export const bothOwners: UploadUrlOptions = { bucket: 'b', owner: () => 'alice', allowAnonymous: true }
// @ts-expect-error anonymous uploads are allowed, or not mentioned
export const notAnonymous: UploadUrlOptions = { bucket: 'b', allowAnonymous: false }
// @ts-expect-error seconds are a number
export const textForSeconds: UploadUrlOptions = { bucket: 'b', allowAnonymous: true, expiresIn: '900' }
// @ts-expect-error no such field can be required
export const unknownField: UploadUrlOptions = { bucket: 'b', allowAnonymous: true, require: ['colour'] }
// @ts-expect-error an owner has a name, or an id
export const objectOwner: UploadUrlOptions = { bucket: 'b', owner: () => ({ id: 7 }) }
// @ts-expect-error no such format
export const unknownFormat: UploadUrlOptions = { bucket: 'b', allowAnonymous: true, formats: ['mp4'] }
// @ts-expect-error no such option
export const misspelt: UploadUrlOptions = { bucket: 'b', allowAnonymous: true, maxsize: 5 }
export const numberedOwner: UploadUrlOptions = { bucket: 'b', owner: () => 7 }
export const undefinedSize: UploadUrlOptions = { bucket: 'b', allowAnonymous: true, maxSize: undefined }
// @ts-expect-error seconds are a number
export const tokenLife: UppyOptions = { tokenLife: '1h' }

// @ts-expect-error options are there to be read
declared.bucket = 'another'

export const { url, headers, method } = await app.uploads.createUploadUrl(
  { filename: 'a.mp3', size: 5, metadata: { language: 'en' } },
  on
)
export const put: 'PUT' = method
await app.uploads.createUploadUrl({ filename: undefined }, on)
// @ts-expect-error for whom?
await app.uploads.createUploadUrl({})
// @ts-expect-error a size is a number
await app.uploads.createUploadUrl({ size: '5' }, on)
// @ts-expect-error no such field
await app.uploads.createUploadUrl({ colour: 'red' }, on)
// @ts-expect-error metadata are texts
await app.uploads.createUploadUrl({ metadata: { speakers: 2 } }, on)
await app.uploads.createUploadUrls({ files: [] }, on)
// @ts-expect-error a batch has a name
await app.uploads.createUploadUrls([], on)
// @ts-expect-error a URL is bound to an exact size: only forms have a largest one
await app.uploads.createUploadUrl({ maxSize: 5 }, on)
// @ts-expect-error no such method
await app.uploads.deleteUpload('key', on)
// @ts-expect-error nobody else's methods
app.uploads.createUploadUrl = async () => ({})

export const status: UploadStatus = await app.uploads.getUploadStatus({ key: 'key', inspect: true }, on)
// @ts-expect-error there may be no size yet
export const size: number = status.size
// @ts-expect-error no such status
export const isLost: boolean = status.status === 'lost'
// @ts-expect-error nothing may be known of the sound
export const { duration }: Audio = status.audio
if (status.status === 'uploaded') {
  // @ts-expect-error the content of an accepted upload has no reason to be refused
  console.log(status.size + 1, status.reason)
}
if (status.status === 'rejected') console.log(status.reason.length)

export const code: 'FST_UPLOAD_NOT_FOUND' = new errors.FST_UPLOAD_NOT_FOUND().code
// @ts-expect-error no such error
export const unknownError = errors.FST_UPLOAD_UNKNOWN

export const { companionEndpoint } = app.uppy.createToken('alice')
// @ts-expect-error an owner has a name
app.uppy.createToken()

export const object: OwnedObject = createObjectKeys('uploads').find('alice', 'uploads/alice/1')
// @ts-expect-error an object has to be found by its owner
export const anyObject: OwnedObject = { key: 'uploads/alice/1', owner: 'alice', upload: object.upload.bind(object) }
