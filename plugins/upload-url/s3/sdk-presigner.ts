import type { S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { PARAMETERS, S3_OPERATIONS, type KeyRequest } from './requests.js'

/** When a URL is signed, and for how many seconds. */
export interface SigningTime {
  readonly signingDate: Date
  readonly expiresIn: number
}

/**
 * Signs one request with the SDK: slow, and right by definition. Every header of the request is signed
 * as a header and none is hoisted into the query, where S3 may ignore it.
 *
 * @param client whose configuration and middleware decide the URL
 * @throws whatever the SDK throws: no credentials, an invalid bucket, …
 */
export function presignWithSdk (
  client: S3Client, bucket: string, request: KeyRequest, { signingDate, expiresIn }: SigningTime
): Promise<string> {
  const { headers = {} } = request
  const command = commandFor(bucket, request)
  command.middlewareStack.add(next => args => {
    Object.assign((args.request as { headers: object }).headers, headers)
    return next(args)
  }, { step: 'build', name: 'signedHeaders', priority: 'low' })
  const names = Object.keys(headers)
  return getSignedUrl(client, command, {
    signingDate,
    expiresIn,
    signableHeaders: new Set(names),
    unhoistableHeaders: new Set(names)
  })
}

function commandFor (bucket: string, { operation, object, parameters = {} }: KeyRequest) {
  const input: Record<string, unknown> = { Bucket: bucket, Key: object.key }
  for (const [name, value] of Object.entries(parameters)) {
    input[PARAMETERS[name as keyof typeof PARAMETERS]] = value
  }
  // The table pairs each command with its own parameters; the union of their inputs has no common type.
  const Command = S3_OPERATIONS[operation].Command as unknown as typeof S3_OPERATIONS.PutObject.Command
  return new Command(input as { Bucket: string, Key: string })
}
