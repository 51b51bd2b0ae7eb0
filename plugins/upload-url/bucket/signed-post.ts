import { S3Client } from '@aws-sdk/client-s3'

const TIMEOUT_MS = 15_000

/** A request to another service than S3, with the credentials of an S3 client. */
export interface SignedPost {
  readonly url: string
  /** As a signature names it: `sns` or `sqs`. */
  readonly service: string
  readonly region: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The answer to a request. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/** Sends a request, signed with the credentials of a client. Redirects are not followed. */
export async function signedPost (
  client: S3Client, { url, service, region, headers, body }: SignedPost
): Promise<Answer> {
  const { protocol, hostname, host, port, pathname: path } = new URL(url)
  // A client signs for the first service that it was used for, ever after.
  const { config } = new S3Client({ region, credentials: client.config.credentials })
  const signer = await config.signer({
    name: 'sigv4', signingName: service, signingRegion: region, properties: {}
  })
  const signed = await signer.sign({
    method: 'POST',
    protocol,
    hostname,
    path,
    query: {},
    headers: { host, ...headers },
    body,
    ...port !== '' && { port: Number(port) }
  })
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const response = await fetch(url, { method: 'POST', headers: signed.headers, body, redirect: 'manual', signal })
  return { status: response.status, text: await response.text() }
}
