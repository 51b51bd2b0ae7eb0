import type { S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { withConfig } from './client.js'
import { OPERATIONS, PARAMETERS, type KeyRequest } from './object-request.js'
import type { SigningContext } from './signing-context.js'

/**
 * Signs one request with the SDK: slow, and right by definition. Every header of the request is signed
 * as a header and none is hoisted into the query, where a store may ignore it.
 *
 * @param client whose configuration and middleware decide the URL
 * @throws whatever the SDK throws: an invalid bucket, no session of S3 Express, …
 */
export function presignWithSdk (
  client: S3Client, bucket: string, request: KeyRequest,
  { credentials, signingDate, expiresIn }: Pick<SigningContext, 'credentials' | 'signingDate' | 'expiresIn'>
): Promise<string> {
  const { headers = {} } = request
  const command = commandFor(bucket, request)
  command.middlewareStack.add(next => args => {
    Object.assign((args.request as { headers: object }).headers, headers)
    return next(args)
  }, { step: 'build', name: 'signedHeaders', priority: 'low' })
  const names = new Set(Object.keys(headers))
  return getSignedUrl(withConfig(client, { credentials: async () => credentials }), command, {
    signingDate,
    expiresIn,
    signableHeaders: names,
    unhoistableHeaders: names
  })
}

function commandFor (bucket: string, { operation, object, parameters = {} }: KeyRequest) {
  const input: Record<string, unknown> = { Bucket: bucket, Key: object.storeKey }
  for (const [name, value] of Object.entries(parameters)) {
    input[PARAMETERS[name as keyof typeof PARAMETERS]] = value
  }
  // The table pairs each command with its own parameters; the union of their inputs has no common type.
  const Command = OPERATIONS[operation].Command as unknown as typeof OPERATIONS.PutObject.Command
  return new Command(input as { Bucket: string, Key: string })
}
