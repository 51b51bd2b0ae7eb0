/**
 * What a store answered: the HTTP status, and the code of its error document. Where it is not an
 * error, the second is the detail that the behaviour is about, or empty.
 */
export type Outcome = readonly [status: number, detail: string]

/** A behaviour in which two stores differ, and the reason. */
export interface Difference {
  readonly localS3: Outcome
  readonly rgw: Outcome
  readonly why: string
}

const MALFORMED: Outcome = [400, 'AuthorizationQueryParametersError']
const NO_CHECKSUMS = 'RGW 16.2 predates the x-amz-checksum headers: it verifies that a signed one is sent, and nothing more'
const FORM_SIGNATURE = 'RGW says AccessDenied for every form whose signature it cannot verify'
const PLAIN_REFUSAL = 'RGW has no code of its own for malformed query authentication'

/**
 * Every behaviour in which Ceph RGW 16.2 answers otherwise than the embedded store, which follows
 * AWS's documentation. Each name is the name of a test, and that test expects what stands here.
 */
export const differences: Readonly<Record<string, Difference>> = {
  'a URL dated an hour ahead is refused': {
    localS3: [403, 'AccessDenied'], rgw: [200, ''], why: 'RGW checks the end of a URL\'s life, not its beginning'
  },
  'a signature for another region is refused': {
    localS3: MALFORMED, rgw: [200, ''], why: 'RGW takes the region of the scope as it comes'
  },
  'a session token that was never issued is refused': {
    localS3: [400, 'InvalidToken'], rgw: [200, ''], why: 'RGW looks at tokens only where STS is switched on'
  },
  'a signature of the wrong form is refused': { localS3: MALFORMED, rgw: [403, 'SignatureDoesNotMatch'], why: PLAIN_REFUSAL },
  'a missing signature is refused': { localS3: MALFORMED, rgw: [403, 'AccessDenied'], why: PLAIN_REFUSAL },
  'an expiry written another way than signed is refused': { localS3: MALFORMED, rgw: [403, 'SignatureDoesNotMatch'], why: PLAIN_REFUSAL },
  'an expiry over seven days is refused': { localS3: MALFORMED, rgw: [403, 'AccessDenied'], why: PLAIN_REFUSAL },
  'an expiry of zero is refused': { localS3: MALFORMED, rgw: [403, 'AccessDenied'], why: PLAIN_REFUSAL },
  'an unsigned host is refused': {
    localS3: [403, 'AccessDenied'], rgw: [403, 'SignatureDoesNotMatch'], why: 'RGW does not insist on host, but the signature was made over it'
  },
  'metadata that was not signed is refused': {
    localS3: [403, 'AccessDenied'], rgw: [200, ''], why: 'RGW accepts x-amz-* headers that are not signed'
  },
  'an ACL that was not signed is refused': {
    localS3: [403, 'AccessDenied'], rgw: [200, ''], why: 'RGW accepts x-amz-* headers that are not signed'
  },
  'a body that does not have the signed checksum is refused': { localS3: [400, 'BadDigest'], rgw: [200, ''], why: NO_CHECKSUMS },
  'a checksum that is none is refused': { localS3: [400, 'InvalidRequest'], rgw: [200, ''], why: NO_CHECKSUMS },
  'a checksum that was sent can be read back': { localS3: [200, 'FULL_OBJECT'], rgw: [200, ''], why: NO_CHECKSUMS },
  'metadata over two kilobytes is refused': {
    localS3: [400, 'MetadataTooLarge'], rgw: [200, ''], why: 'RGW allows 64 KiB of metadata'
  },
  'encryption that was asked for is reported': {
    localS3: [200, 'AES256'], rgw: [200, ''], why: 'RGW without a key service stores AES256 objects as they come and does not report it'
  },
  "the SDK's own PutObject of a stream is good": {
    localS3: [200, ''], rgw: [411, 'MissingContentLength'], why: 'RGW 16.2 predates aws-chunked bodies with trailers'
  },
  'an Authorization header of another kind is refused': {
    localS3: [400, 'InvalidRequest'], rgw: [400, 'InvalidArgument'], why: 'RGW uses its general code'
  },
  'a key over 1024 bytes is refused': {
    localS3: [400, 'KeyTooLongError'], rgw: [400, 'InvalidObjectName'], why: 'RGW has its own code for it'
  },
  'a key that is no UTF-8 is refused': {
    localS3: [400, 'InvalidURI'], rgw: [403, 'SignatureDoesNotMatch'], why: 'RGW verifies the signature before it looks at the key'
  },
  'a form with a changed policy is refused': { localS3: [403, 'SignatureDoesNotMatch'], rgw: [403, 'AccessDenied'], why: FORM_SIGNATURE },
  'a form with a changed signature is refused': { localS3: [403, 'SignatureDoesNotMatch'], rgw: [403, 'AccessDenied'], why: FORM_SIGNATURE },
  'a form of an unknown access key is refused': { localS3: [403, 'InvalidAccessKeyId'], rgw: [403, 'AccessDenied'], why: FORM_SIGNATURE },
  'a form without a file is refused': {
    localS3: [400, 'InvalidArgument'], rgw: [204, ''], why: 'RGW stores an empty object'
  },
  'part number 0 is refused': { localS3: [400, 'InvalidArgument'], rgw: [200, ''], why: 'RGW takes any part number; AWS allows 1 to 10 000' },
  'part number 10001 is refused': { localS3: [400, 'InvalidArgument'], rgw: [200, ''], why: 'RGW takes any part number; AWS allows 1 to 10 000' },
  'parts that are not named are left out': {
    localS3: [200, ''], rgw: [400, 'InvalidPart'], why: 'RGW wants every part that was sent to be named: an upload with a gap completes there once the gap is filled'
  },
  'completing with parts out of order is refused': {
    localS3: [400, 'InvalidPartOrder'], rgw: [200, ''], why: 'RGW puts the parts in order itself'
  },
  'completing an unknown upload is refused': {
    localS3: [404, 'NoSuchUpload'], rgw: [500, 'InternalError'], why: 'RGW trips over an upload id it has never given out'
  },
  'completing again with other parts is refused': {
    localS3: [404, 'NoSuchUpload'], rgw: [500, 'InternalError'], why: 'RGW trips over the id of an upload that has ended'
  },
  'completing again when another object has taken the key is refused': {
    localS3: [404, 'NoSuchUpload'], rgw: [500, 'InternalError'], why: 'RGW trips over the id of an upload that has ended'
  },
  'uploads in progress after a key are those of later keys': {
    localS3: [200, 'd/e d/f'], rgw: [200, 'b b d/e d/f'], why: 'RGW includes the uploads of the marker itself; AWS wants an upload id for that'
  },
  'uploads in progress are grouped by a delimiter': {
    localS3: [200, 'a b b d/*'], rgw: [200, 'a b b'], why: 'the SDK finds no common prefixes in the answer of RGW 16.2'
  },
  'a copy can have tags of its own': {
    localS3: [200, 'done'], rgw: [200, 'new'], why: 'RGW 16.2 copies the tags of the source whatever the directive says'
  },
  'a copy of a source that does not match is refused': {
    localS3: [412, 'PreconditionFailed'], rgw: [200, ''], why: 'RGW 16.2 ignores the conditions on the source of a copy'
  },
  'a copy with If-None-Match leaves an object that is there alone': {
    localS3: [412, 'PreconditionFailed'], rgw: [200, ''], why: 'RGW 16.2 reads the condition on PUT of a body only'
  },
  'a part made by copying is not implemented': {
    localS3: [501, 'NotImplemented'], rgw: [200, ''], why: 'the embedded store refuses by name what it does not have'
  },
  'deleting more than a thousand objects at once is refused': {
    localS3: [400, 'MalformedXML'], rgw: [400, 'Unknown'], why: 'RGW refuses it without an error document'
  },
  'deleting no objects at once is refused': { localS3: [400, 'MalformedXML'], rgw: [200, ''], why: 'RGW deletes nothing' },
  'deleting several objects without a checksum of the list is refused': {
    localS3: [400, 'InvalidRequest'], rgw: [200, ''], why: 'RGW does not insist on Content-MD5 or a checksum'
  },
  'tags given with a multipart upload become those of the object': {
    localS3: [200, 'status=new'], rgw: [200, ''], why: 'RGW 16.2 drops the tags of a multipart upload'
  },
  'more than ten tags are refused': { localS3: [400, 'BadRequest'], rgw: [400, 'InvalidTag'], why: 'RGW has one code for all tags' },
  'more than ten tags with an object are refused': {
    localS3: [400, 'BadRequest'], rgw: [400, 'InvalidArgument'], why: 'RGW uses its general code'
  },
  'a tag given twice is refused': { localS3: [400, 'InvalidTag'], rgw: [200, ''], why: 'RGW keeps the last' },
  'a tag with a sign that S3 does not allow is refused': {
    localS3: [400, 'InvalidTag'], rgw: [200, ''], why: 'RGW does not look at the characters of tags'
  },
  'completing with If-None-Match leaves an object that is there alone': {
    localS3: [412, 'PreconditionFailed'], rgw: [200, ''], why: 'RGW 16.2 reads the condition on PUT only'
  },
  'completing tells the ETag': { localS3: [200, 'ETag'], rgw: [200, ''], why: 'RGW 16.2 leaves the ETag of the answer empty; HEAD has it' },
  'a preflight from another origin is refused': { localS3: [403, 'AccessForbidden'], rgw: [403, 'AccessDenied'], why: 'RGW uses its general code' },
  'a preflight for a method that is not allowed is refused': { localS3: [403, 'AccessForbidden'], rgw: [403, 'AccessDenied'], why: 'RGW uses its general code' },
  'a page may read why it was refused': {
    localS3: [403, 'https://app.example'], rgw: [403, ''], why: 'RGW sends no CORS headers where the signature fails'
  }
}
