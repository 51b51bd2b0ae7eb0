import type { FastifyRequest } from 'fastify'

interface Requested {
  readonly files?: readonly unknown[]
  readonly parts?: readonly unknown[]
  /** A comma-separated list in a query. */
  readonly partNumbers?: readonly number[] | string
  readonly from?: number
  readonly to?: number
}

const ofUppy = ({ partNumbers = '' }: Requested) => String(partNumbers).split(',').length

/** How many URLs the operations sign that sign more than one. */
const COUNTS: Readonly<Record<string, (requested: Requested) => number>> = {
  createUploadUrls: ({ files = [] }) => files.length,
  createPartUrls: ({ parts, partNumbers, from = 1, to = from }) => (parts ?? partNumbers)?.length ?? to - from + 1,
  readUppyUpload: ofUppy,
  readUppyUploadByToken: ofUppy
}

/** How many URLs a valid request asks for, which is what it costs. */
export function signedUrls ({ routeOptions, body, query }: FastifyRequest): number {
  const { operationId = '' } = (routeOptions.schema ?? {}) as { readonly operationId?: string }
  return COUNTS[operationId]?.((body ?? query) as Requested) ?? 1
}
