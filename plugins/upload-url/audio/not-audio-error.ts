/** The bytes are no audio. Its message is the reason that the client is told. */
export class NotAudioError extends Error {
  override name = 'NotAudioError'
}
