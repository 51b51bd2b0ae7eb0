import t from 'tap'
import { compareType } from '../../../plugins/upload-url/stored/compare-type.js'

t.test('a content type that the bytes contradict is named in the reason', async t => {
  const reason = (reason: string) => ({ verdict: 'rejected', reason })
  t.strictSame(compareType({ container: 'mp3', codec: 'mp3' }, 'audio/wav'), reason('the bytes are MP3 audio, but the content type declares audio/wav'))
  t.strictSame(compareType({ container: 'webm', codec: 'opus' }, 'audio/mp4; codecs=mp4a'), reason('the bytes are WebM audio, but the content type declares audio/mp4'))
  t.strictSame(compareType({ container: 'wav', codec: 'pcm_s16le' }, 'text/<script>'), reason('the bytes are WAV audio, but the content type declares something else'))
})

t.test('a content type that the bytes are is confirmed, whatever its case and parameters', async t => {
  t.match(compareType({ container: 'webm', codec: 'opus' }, 'Audio/WebM;codecs=opus'), { audio: { matchesContentType: true } })
})

t.test('a content type that says nothing is never contradicted', async t => {
  for (const contentType of [undefined, '', 'binary/octet-stream', 'Application/Octet-Stream']) {
    t.strictSame(compareType({ container: 'mp4', codec: 'aac' }, contentType), { verdict: 'audio', audio: { container: 'mp4', codec: 'aac' } })
  }
})
