import type { S3ClientConfig } from '@aws-sdk/client-s3'
import type { Config } from '../plugins/config.js'

/** How the S3 client is configured. Credentials are left to the SDK's own chain, which reads the same variables and many places more. */
export function storeClient (config: Config): S3ClientConfig {
  return {
    forcePathStyle: config.S3_FORCE_PATH_STYLE,
    ...config.AWS_REGION !== undefined && { region: config.AWS_REGION },
    ...config.S3_ENDPOINT !== undefined && { endpoint: config.S3_ENDPOINT, region: config.AWS_REGION ?? 'us-east-1' }
  }
}
