import type { Truth } from './truth.js'

/** A recording to make: a shell command that reads the inputs and writes `$out`. */
export interface Recipe {
  /** Name of the file, with the extension that people would give it. */
  readonly name: string
  readonly command: string
  /** What the recipe itself makes certain, where ffmpeg gets it wrong. */
  readonly truth?: Partial<Truth>
}

const RATES = [8000, 11025, 16000, 22050, 32000, 44100, 48000]
const FFMPEG = 'ffmpeg -nostdin -v error -y'

/** Ten seconds of speech, as `in-<rate>-<channels>.wav`, and other inputs that recipes name. */
export const INPUTS: readonly Recipe[] = [
  { name: 'speech.wav', command: `${FFMPEG} -stream_loop 2 -i "$fixtures/dictation.wav" -t 10 $out` },
  ...[...RATES, 96000].flatMap(rate =>
    [1, 2].map(channels => ({
      name: `in-${rate}-${channels}.wav`,
      command: `${FFMPEG} -i speech.wav -ar ${rate} -ac ${channels} $out`
    }))
  ),
  {
    name: 'in-5.1.wav',
    command: `${FFMPEG} -f lavfi -i "aevalsrc=0.1*sin(440*t)|0.1*sin(550*t)|0.1*sin(660*t)|0|0.1*sin(770*t)|0.1*sin(880*t):c=5.1:s=48000:d=8" $out`
  },
  { name: 'cover.png', command: `${FFMPEG} -f lavfi -i testsrc=s=640x480 -frames:v 1 $out` },
  { name: 'picture.y4m', command: `${FFMPEG} -f lavfi -i testsrc=s=64x64:r=5:d=10 -pix_fmt yuv420p $out` }
]

function input (rate: number, channels: number): string {
  return `in-${rate}-${channels}.wav`
}

/** Every combination of an encoder's arguments, rates and channels, made with ffmpeg. */
function encoded (
  extension: string,
  label: string,
  options: string,
  rates: readonly number[],
  channels: readonly number[] = [1, 2]
): Recipe[] {
  return rates.flatMap(rate =>
    channels.map(count => ({
      name: `${label}-${rate}-${count}.${extension}`,
      command: `${FFMPEG} -i ${input(rate, count)} ${options} $out`
    }))
  )
}

function wav (): Recipe[] {
  const linear = ['pcm_u8', 'pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le', 'pcm_f64le', 'pcm_alaw', 'pcm_mulaw']
  return [
    ...linear.flatMap(codec => encoded('wav', codec, `-c:a ${codec}`, [8000, 44100])),
    ...['adpcm_ms', 'adpcm_ima_wav', 'adpcm_yamaha', 'libmp3lame', 'ac3'].flatMap(codec =>
      encoded('wav', codec, `-c:a ${codec}`, [32000, 44100])
    ),
    ...encoded('wav', 'gsm', '-c:a libgsm_ms', [8000], [1]),
    ...encoded('wav', 'g722', '-c:a g722', [16000], [1]),
    ...encoded('wav', 'g726', '-c:a g726', [8000], [1]),
    ...encoded('wav', 'rf64', '-rf64 always', [48000]),
    ...encoded('wav', 'bext', '-write_bext 1 -metadata description=x', [48000]),
    ...encoded('wav', 'tagged', '-metadata title=odd -metadata artist=tags', [16000]),
    { name: 'surround.wav', command: `${FFMPEG} -i in-5.1.wav -c:a pcm_s24le $out` },
    { name: 'piped-ffmpeg.wav', command: `${FFMPEG} -i ${input(16000, 1)} -f wav - | cat > $out` },
    { name: 'piped-sox.wav', command: `sox ${input(16000, 1)} -t wav - 2>/dev/null | cat > $out` },
    { name: 'sox-rifx.wav', command: `sox ${input(16000, 2)} -B $out`, truth: { codec: 'pcm_s16be' } },
    ...['a-law', 'u-law', 'ms-adpcm', 'ima-adpcm', 'gsm-full-rate', 'floating-point'].map(encoding => ({
      name: `sox-${encoding}.wav`,
      command: `sox ${input(8000, 1)} -e ${encoding} $out`
    })),
    ...[8, 16, 24, 32].map(bits => ({ name: `sox-${bits}.wav`, command: `sox ${input(44100, 2)} -b ${bits} $out` }))
  ]
}

function aiffAndCaf (): Recipe[] {
  return [
    ...[
      'pcm_s8',
      'pcm_s16be',
      'pcm_s24be',
      'pcm_s32be',
      'pcm_f32be',
      'pcm_f64be',
      'pcm_s16le',
      'pcm_alaw',
      'pcm_mulaw',
      'adpcm_ima_qt'
    ].flatMap(codec => encoded('aiff', codec, `-c:a ${codec}`, [44100])),
    ...[8, 16, 24, 32].flatMap(bits =>
      ['aiff', 'aifc'].map(extension => ({
        name: `sox-${bits}.${extension}`,
        command: `sox ${input(22050, 1)} -b ${bits} $out`
      }))
    ),
    ...[
      'pcm_s16be',
      'pcm_s16le',
      'pcm_s24be',
      'pcm_f32le',
      'pcm_alaw',
      'pcm_mulaw',
      'adpcm_ima_qt',
      'alac',
      'libopus'
    ].flatMap(codec => encoded('caf', codec, `-c:a ${codec}`, [48000])),
    { name: 'sox.caf', command: `sox ${input(16000, 1)} $out` }
  ]
}

function flac (): Recipe[] {
  return [
    ...encoded('flac', 'ffmpeg', '-c:a flac', [8000, 16000, 44100, 96000]),
    ...[0, 5, 8].map(level => ({
      name: `level-${level}.flac`,
      command: `flac --silent -f -${level} ${input(44100, 2)} -o $out`
    })),
    { name: '24-bit.flac', command: `${FFMPEG} -i ${input(48000, 2)} -c:a flac -sample_fmt s32 $out` },
    { name: 'surround.flac', command: `${FFMPEG} -i in-5.1.wav -c:a flac $out` },
    { name: 'cover.flac', command: `flac --silent -f --picture=cover.png ${input(44100, 2)} -o $out` },
    { name: 'no-seektable.flac', command: `flac --silent -f --no-seektable --no-padding ${input(44100, 1)} -o $out` },
    {
      name: 'streamed.flac',
      command: `sox ${input(16000, 1)} -t raw - | flac --silent --force-raw-format --endian=little --sign=signed --channels=1 --bps=16 --sample-rate=16000 - -c | cat > $out`
    },
    { name: 'streamed-ffmpeg.flac', command: `${FFMPEG} -i ${input(44100, 2)} -f flac - | cat > $out` }
  ]
}

function ogg (): Recipe[] {
  return [
    ...[6, 16, 32, 64].flatMap(rate =>
      [8000, 16000, 48000].map(hertz => ({
        name: `opusenc-${rate}k-${hertz}.opus`,
        command: `opusenc --quiet --bitrate ${rate} ${input(hertz, 1)} $out`
      }))
    ),
    ...[2.5, 5, 10, 40, 60].map(size => ({
      name: `opusenc-frame-${size}.opus`,
      command: `opusenc --quiet --framesize ${size} ${input(48000, 2)} $out`
    })),
    { name: 'cover.opus', command: `opusenc --quiet --picture cover.png ${input(48000, 2)} $out` },
    ...[-1, 3, 8].flatMap(quality =>
      [16000, 44100].map(hertz => ({
        name: `oggenc-q${quality}-${hertz}.ogg`,
        command: `oggenc -Q -q ${quality} ${input(hertz, 2)} -o $out`
      }))
    ),
    ...(
      [
        ['--narrowband', 8000],
        ['--wideband', 16000],
        ['--ultra-wideband', 32000]
      ] as const
    ).map(([mode, hertz]) => ({
      name: `speex-${hertz}.spx`,
      command: `speexenc ${mode} ${input(hertz, 1)} $out 2>/dev/null`
    })),
    { name: 'speex-vbr-frames.spx', command: `speexenc --vbr --nframes 5 ${input(16000, 2)} $out 2>/dev/null` },
    ...[8000, 44100].map(hertz => ({
      name: `flac-${hertz}.oga`,
      command: `flac --silent -f --ogg ${input(hertz, 2)} -o $out`
    })),
    ...['libopus', 'libvorbis', 'flac', 'libspeex'].flatMap(codec => encoded('ogg', codec, `-c:a ${codec}`, [16000])),
    { name: 'surround.opus', command: `${FFMPEG} -i in-5.1.wav -c:a libopus $out` },
    {
      name: 'theora.ogv',
      command: `${FFMPEG} -i picture.y4m -i ${input(44100, 2)} -c:v libtheora -c:a libvorbis $out`
    },
    { name: 'piped.ogg', command: `${FFMPEG} -i ${input(48000, 1)} -c:a libopus -f ogg - | cat > $out` },
    { name: 'page-per-packet.ogg', command: `${FFMPEG} -i ${input(48000, 1)} -c:a libopus -page_duration 20000 $out` }
  ]
}

function mpeg (): Recipe[] {
  return [
    ...RATES.flatMap(rate =>
      [1, 2].map(count => ({
        name: `lame-cbr-${rate}-${count}.mp3`,
        command: `lame --silent --cbr -b ${rate < 32000 ? 32 : 96} --resample ${rate / 1000} ${input(rate, count)} $out`
      }))
    ),
    ...RATES.flatMap(rate =>
      [1, 2].map(count => ({
        name: `lame-no-xing-${rate}-${count}.mp3`,
        command: `lame --silent -t --cbr -b ${rate < 32000 ? 24 : 64} --resample ${rate / 1000} ${input(rate, count)} $out`
      }))
    ),
    ...[0, 2, 4, 6, 9].map(quality => ({
      name: `lame-v${quality}.mp3`,
      command: `lame --silent -V ${quality} ${input(44100, 2)} $out`
    })),
    ...[4, 9].map(quality => ({
      name: `lame-v${quality}-no-xing.mp3`,
      command: `lame --silent -t -V ${quality} ${input(44100, 2)} $out`
    })),
    ...[24, 64, 128].map(rate => ({
      name: `lame-abr-${rate}.mp3`,
      command: `lame --silent --abr ${rate} ${input(22050, 2)} $out`
    })),
    ...[56, 160, 320].map(rate => ({
      name: `lame-free-${rate}.mp3`,
      command: `lame --silent --freeformat --resample 44.1 -b ${rate} ${input(44100, 2)} $out`,
      truth: { codec: 'mp3', sampleRate: 44100, channels: 2, decoded: 10 }
    })),
    ...['s', 'j', 'f', 'd', 'm'].map(mode => ({
      name: `lame-mode-${mode}.mp3`,
      command: `lame --silent -m ${mode} -b 128 ${input(44100, 2)} $out`
    })),
    { name: 'lame-crc.mp3', command: `lame --silent -p -b 128 ${input(44100, 2)} $out` },
    { name: 'lame-id3v1.mp3', command: `lame --silent --id3v1-only --tt title -b 64 ${input(44100, 1)} $out` },
    { name: 'lame-id3v2.mp3', command: `lame --silent --id3v2-only --tt title --ti cover.png ${input(44100, 1)} $out` },
    ...encoded(
      'mp3',
      'ffmpeg',
      '-c:a libmp3lame -q:a 5',
      [16000, 24000, 48000].filter(rate => RATES.includes(rate))
    ),
    ...encoded(
      'mp3',
      'ffmpeg-no-xing-id3v1',
      '-c:a libmp3lame -b:a 48k -write_xing 0 -write_id3v1 1 -metadata title=x',
      [22050]
    ),
    ...encoded('mp3', 'ffmpeg-no-tags', '-c:a libmp3lame -b:a 48k -write_xing 0 -id3v2_version 0', [22050, 44100]),
    ...[16000, 32000, 44100].flatMap(rate =>
      [1, 2].map(count => ({
        name: `twolame-${rate}-${count}.mp2`,
        command: `twolame --quiet -b ${rate < 32000 ? 64 : 96} ${input(rate, count)} $out`
      }))
    ),
    ...encoded('mp2', 'ffmpeg', '-c:a mp2', [22050, 48000]),
    { name: 'piped.mp3', command: `${FFMPEG} -i ${input(44100, 2)} -c:a libmp3lame -f mp3 - | cat > $out` }
  ]
}

function aac (): Recipe[] {
  return [
    ...encoded('aac', 'adts', '-c:a aac', [8000, 16000, 22050, 44100, 48000, 96000]),
    ...encoded('aac', 'adts-id3', '-c:a aac -write_id3v2 1 -metadata title=x', [44100]),
    ...encoded('aac', 'adts-mpeg2', '-c:a aac -write_mpeg2 1', [44100]),
    ...encoded('aac', 'adts-ape', '-c:a aac -write_apetag 1 -metadata title=x', [44100]),
    ...encoded('loas', 'latm', '-c:a aac -f latm', [16000, 44100]),
    { name: 'surround.aac', command: `${FFMPEG} -i in-5.1.wav -c:a aac $out` }
  ]
}

const MP4_FLAGS: Readonly<Record<string, string>> = {
  plain: '',
  faststart: '-movflags +faststart',
  hybrid: '-movflags +frag_keyframe -frag_duration 1000000',
  fragmented: '-movflags +frag_keyframe+empty_moov -frag_duration 500000',
  'default-base': '-movflags +frag_keyframe+empty_moov+default_base_moof -frag_duration 500000',
  'delay-moov': '-movflags +frag_keyframe+delay_moov -frag_duration 700000',
  dash: '-movflags +dash+frag_keyframe -frag_duration 500000',
  'global-sidx': '-movflags +dash+global_sidx+frag_keyframe -frag_duration 500000',
  cmaf: '-movflags +cmaf+frag_keyframe -frag_duration 500000',
  'separate-moof': '-movflags +separate_moof+frag_keyframe+empty_moov -frag_duration 500000',
  'no-edit-list': '-use_editlist 0'
}

function iso (): Recipe[] {
  return [
    ...Object.entries(MP4_FLAGS).flatMap(([label, flags]) =>
      encoded('m4a', `aac-${label}`, `-c:a aac ${flags} -f mp4`, [16000, 44100]).map(recipe => ({
        ...recipe,
        truth: { decoded: 10 }
      }))
    ),
    ...['alac', 'flac', 'libopus', 'libmp3lame', 'ac3', 'eac3'].flatMap(codec =>
      encoded('mp4', codec, `-c:a ${codec} -strict -2`, [48000])
    ),
    ...encoded('mp4', 'mp2', '-c:a mp2', [48000]).map(recipe => ({ ...recipe, truth: { codec: 'mp2' } })),
    ...[
      'pcm_s16le',
      'pcm_s16be',
      'pcm_s24le',
      'pcm_s24be',
      'pcm_s32le',
      'pcm_f32le',
      'pcm_f64be',
      'pcm_alaw',
      'pcm_mulaw',
      'pcm_u8',
      'adpcm_ima_qt',
      'aac',
      'alac'
    ].flatMap(codec => encoded('mov', codec, `-c:a ${codec}`, [44100])),
    ...encoded('m4a', 'ipod', '-c:a aac -f ipod', [44100]),
    ...encoded('3gp', 'aac', '-c:a aac', [16000], [1]),
    ...encoded('3g2', 'aac', '-c:a aac', [44100]),
    {
      name: 'amr-nb.3gp',
      command: `sox ${input(8000, 1)} $out.amr-nb && ${FFMPEG} -f amr -i $out.amr-nb -c:a copy $out && rm $out.amr-nb`
    },
    { name: 'amr-wb.3gp', command: `${FFMPEG} -i "$fixtures/dictation-wb.amr" -c:a copy $out` },
    { name: 'surround.m4a', command: `${FFMPEG} -i in-5.1.wav -c:a aac $out` },
    { name: 'surround-ac3.mp4', command: `${FFMPEG} -i in-5.1.wav -c:a ac3 $out` },
    { name: 'surround-eac3.mp4', command: `${FFMPEG} -i in-5.1.wav -c:a eac3 $out` },
    {
      name: 'cover.m4a',
      command: `${FFMPEG} -i ${input(44100, 2)} -i cover.png -map 0:a -map 1:v -c:a aac -c:v copy -disposition:v attached_pic $out`
    },
    { name: 'video.mp4', command: `${FFMPEG} -i picture.y4m -i ${input(48000, 2)} -c:v mpeg4 -c:a aac $out` },
    {
      name: 'video-fragmented.mp4',
      command: `${FFMPEG} -i picture.y4m -i ${input(48000, 2)} -c:v mpeg4 -g 5 -c:a aac -movflags +frag_keyframe+empty_moov $out`
    },
    { name: 'video.mov', command: `${FFMPEG} -i picture.y4m -i ${input(48000, 2)} -c:v mjpeg -c:a pcm_s16le $out` },
    {
      name: 'dash-segments.mp4',
      command: `mkdir $out.d && ${FFMPEG} -i ${input(44100, 2)} -c:a aac -f dash -seg_duration 1 -single_file 1 -single_file_name a.mp4 $out.d/o.mpd && mv $out.d/a.mp4 $out && rm -r $out.d`
    }
  ]
}

function matroska (): Recipe[] {
  return [
    ...['libopus', 'libvorbis'].flatMap(codec => [
      ...encoded('webm', codec, `-c:a ${codec}`, [16000, 48000]),
      ...encoded('webm', `${codec}-live`, `-c:a ${codec} -live 1`, [16000, 48000]),
      ...encoded('webm', `${codec}-clusters`, `-c:a ${codec} -live 1 -cluster_time_limit 500`, [48000]),
      ...encoded('webm', `${codec}-dash`, `-c:a ${codec} -dash 1 -cluster_time_limit 1000`, [48000], [2]),
      ...encoded('webm', `${codec}-cues-first`, `-c:a ${codec} -cues_to_front 1`, [48000], [2])
    ]),
    ...[16000, 48000].map(rate => ({
      name: `piped-${rate}.webm`,
      command: `${FFMPEG} -i ${input(rate, 1)} -c:a libopus -f webm - | cat > $out`
    })),
    ...[
      'aac',
      'libmp3lame',
      'flac',
      'alac',
      'ac3',
      'eac3',
      'mp2',
      'pcm_s16le',
      'pcm_s16be',
      'pcm_s24le',
      'pcm_s32le',
      'pcm_f32le',
      'pcm_u8',
      'pcm_alaw',
      'pcm_mulaw',
      'adpcm_ms',
      'adpcm_ima_wav',
      'tta',
      'wavpack'
    ].flatMap(codec => encoded('mka', codec, `-c:a ${codec}`, [44100])),
    { name: 'piped.mka', command: `${FFMPEG} -i ${input(44100, 2)} -c:a aac -f matroska - | cat > $out` },
    ...['opus', 'ogg', 'mp3', 'flac', 'wav', 'aac'].map(kind => ({
      name: `mkvmerge-${kind}.mka`,
      command: `${FFMPEG} -i ${input(48000, 2)} ${kind === 'ogg' ? '-c:a libvorbis' : ''} $out.${kind} && mkvmerge -q -o $out $out.${kind}; rm $out.${kind}`
    })),
    {
      name: 'mkvmerge.webm',
      command: `${FFMPEG} -i ${input(48000, 2)} $out.opus && mkvmerge -q --webm -o $out $out.opus; rm $out.opus`
    },
    {
      name: 'mkvmerge-laced.mka',
      command: `lame --silent ${input(44100, 2)} $out.mp3 && mkvmerge -q --disable-track-statistics-tags -o $out $out.mp3; rm $out.mp3`
    },
    { name: 'video.webm', command: `${FFMPEG} -i picture.y4m -i ${input(48000, 2)} -c:v libvpx -c:a libopus $out` },
    {
      name: 'video-live.webm',
      command: `${FFMPEG} -i picture.y4m -i ${input(48000, 2)} -c:v libvpx -c:a libopus -live 1 $out`
    },
    { name: 'video.mkv', command: `${FFMPEG} -i picture.y4m -i ${input(48000, 2)} -c:v mpeg4 -c:a aac $out` }
  ]
}

function amr (): Recipe[] {
  return [
    ...[0, 1, 2, 3, 4, 5, 6, 7].map(mode => ({
      name: `nb-${mode}.amr`,
      command: `sox ${input(8000, 1)} -t amr-nb -C ${mode} $out`
    })),
    ...[0, 1, 2].map(again => ({
      name: `wb-${again}.awb`,
      command: `${FFMPEG} -stream_loop ${again} -f amr -i "$fixtures/dictation-wb.amr" -c copy -f amr $out`
    }))
  ]
}

/** Recordings of an hour or so, which may not be read whole. */
function long (): Recipe[] {
  const looped = (name: string, make: string, extension: string, options: string) => ({
    name,
    command: `${FFMPEG} -i ${input(48000, 1)} ${make} $out.${extension} && ${FFMPEG} -stream_loop 120 -i $out.${extension} -c copy ${options} $out; rm $out.${extension}`
  })
  return [
    looped('long.webm', '-c:a libopus -b:a 24k', 'webm', ''),
    looped('long-live.webm', '-c:a libopus -b:a 24k', 'webm', '-live 1'),
    looped('long.opus', '-c:a libopus -b:a 24k', 'opus', ''),
    looped('long.m4a', '-c:a aac -b:a 32k', 'm4a', ''),
    looped('long-faststart.m4a', '-c:a aac -b:a 32k', 'm4a', '-movflags +faststart'),
    looped(
      'long-fragmented.mp4',
      '-c:a aac -b:a 32k',
      'm4a',
      '-movflags +frag_keyframe+empty_moov -frag_duration 1000000'
    ),
    looped('long-cbr.mp3', '-c:a libmp3lame -b:a 32k -write_xing 0', 'mp3', '-write_xing 0'),
    looped('long-xing.mp3', '-c:a libmp3lame -q:a 6', 'mp3', ''),
    looped('long.aac', '-c:a aac -b:a 32k', 'aac', ''),
    looped('long.mka', '-c:a libmp3lame -b:a 32k', 'mp3', ''),
    { name: 'long.wav', command: `${FFMPEG} -stream_loop 100 -i ${input(16000, 1)} -c:a adpcm_ima_wav $out` },
    { name: 'long.flac', command: `${FFMPEG} -stream_loop 100 -i ${input(16000, 1)} -c:a flac $out` },
    {
      name: 'long-streamed.flac',
      command: `${FFMPEG} -stream_loop 100 -i ${input(16000, 1)} -c:a flac -f flac - | cat > $out`
    }
  ]
}

/** Every recording that Debian's encoders make for the survey. */
export function recipes (): readonly Recipe[] {
  return [
    ...wav(),
    ...aiffAndCaf(),
    ...flac(),
    ...ogg(),
    ...mpeg(),
    ...aac(),
    ...iso(),
    ...matroska(),
    ...amr(),
    ...long()
  ]
}
