import t from 'tap'
import type { Container } from '../../plugins/upload-url/audio/audio-schema.js'
import type { Format } from '../../plugins/upload-url/formats.js'
import { compareType } from '../../plugins/upload-url/compare-type.js'

const audioOf = (container: Container) => ({ container, codec: 'unknown' })
const custom = (contentType: string, extensions: string[], aliases: string[] = []): Format[] => [
  { name: 'custom', contentType, extensions, aliases }
]

t.test('a content type that the bytes contradict is named in the reason', async t => {
  const reason = (reason: string) => ({ reason })
  t.strictSame(
    compareType(audioOf('mp3'), 'audio/wav'),
    reason('the content is MP3 audio, but the content type is audio/wav')
  )
  t.strictSame(
    compareType(audioOf('webm'), 'audio/mp4; codecs=mp4a'),
    reason('the content is WebM audio, but the content type is audio/mp4')
  )
  t.strictSame(
    compareType(audioOf('wav'), 'text/<script>'),
    reason('the content is WAV audio, but the content type is something else')
  )
  t.strictSame(
    compareType(audioOf('3gp'), 'audio/amr'),
    reason('the content is 3GP audio, but the content type is audio/amr')
  )
})

t.test('a content type that the content is is confirmed, whatever its case and parameters', async t => {
  t.match(compareType(audioOf('webm'), 'Audio/WebM;codecs=opus'), { audio: { matchesContentType: true } })
})

const SHARED = [
  ['audio/3gpp', ['amr', '3gp', 'mp4']],
  ['audio/mp4a-latm', ['mp4', 'aac', '3gp']],
  ['audio/webm', ['webm', 'matroska']],
  ['audio/matroska', ['matroska', 'webm']],
  ['video/quicktime', ['mp4', '3gp']],
  ['audio/mp4', ['mp4', '3gp']]
] as const

for (const [type, containers] of SHARED) {
  t.test(`${type} may be any of ${containers.join(', ')}, and nothing else`, async t => {
    for (const container of containers) { t.match(compareType(audioOf(container), type), { audio: { matchesContentType: true } }, container) }
    for (const container of ['wav', 'mp3', 'flac'] as const) { t.match(compareType(audioOf(container), type), { reason: String }, container) }
  })
}

t.test('a content type that says nothing is never contradicted', async t => {
  for (const contentType of [undefined, '', 'binary/octet-stream', 'Application/Octet-Stream', 'undefined']) {
    t.strictSame(compareType(audioOf('mp4'), contentType), { audio: audioOf('mp4') })
  }
})

t.test('a format of the host is judged by its media types, not by its extensions', async t => {
  const right: ReadonlyArray<readonly [Format[], Container]> = [
    [custom('audio/mp4', ['m4a']), 'mp4'],
    [custom('audio/x-wav', ['wav']), 'wav'],
    [custom('audio/webm', ['recording']), 'webm'],
    [custom('audio/opus', ['opus']), 'ogg'],
    [custom('audio/mpeg', ['voice'], ['audio/ogg']), 'ogg'],
    [custom('audio/x-dictation', ['mp3']), 'mp3']
  ]
  for (const [formats, container] of right) {
    t.match(
      compareType(audioOf(container), formats[0]!.contentType, formats),
      { audio: { matchesContentType: true } },
      formats[0]!.contentType
    )
  }
  t.match(compareType(audioOf('wav'), 'audio/mp4', custom('audio/mp4', ['m4a'])), { reason: String })
})

t.test('a type of the host that nobody else knows is neither confirmed nor contradicted', async t => {
  t.strictSame(compareType(audioOf('mp3'), 'audio/x-dictation', custom('audio/x-dictation', ['dict'])), {
    audio: audioOf('mp3')
  })
  t.match(compareType(audioOf('mp3'), 'application/pdf', custom('application/pdf', ['pdf'])), { reason: String })
})
