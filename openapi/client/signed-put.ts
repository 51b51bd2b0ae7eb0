/** Where to PUT bytes, and with which headers. */
export interface SignedPut {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Sends bytes once. @throws UploadError with the code NETWORK_FAILED */
export type Put = (
  signed: SignedPut, body: Blob, signal: AbortSignal, onProgress: (sent: number) => void
) => Promise<Response>
