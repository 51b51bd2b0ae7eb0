import { pcmCodec } from './pcm.js'

/** Format tags of WAVE (RFC 2361 and its successors), which Matroska and others borrow, by ffprobe's names. */
const CODECS: Readonly<Record<number, string>> = {
  0x0002: 'adpcm_ms',
  0x0006: 'pcm_alaw',
  0x0007: 'pcm_mulaw',
  0x000a: 'wmavoice',
  0x0011: 'adpcm_ima_wav',
  0x0014: 'g723_1',
  0x0020: 'adpcm_yamaha',
  0x0022: 'truespeech',
  0x0031: 'gsm_ms',
  0x0032: 'gsm_ms',
  0x0042: 'g723_1',
  0x0045: 'adpcm_g726',
  0x0050: 'mp2',
  0x0055: 'mp3',
  0x0057: 'amr_nb',
  0x0058: 'amr_wb',
  0x0061: 'adpcm_ima_dk4',
  0x0062: 'adpcm_ima_dk3',
  0x0064: 'adpcm_g726',
  0x0069: 'adpcm_ima_wav',
  0x0075: 'metasound',
  0x0083: 'g729',
  0x00ff: 'aac',
  0x0130: 'sipr',
  0x0160: 'wmav1',
  0x0161: 'wmav2',
  0x0162: 'wmapro',
  0x0163: 'wmalossless',
  0x0200: 'adpcm_ct',
  0x0270: 'atrac3',
  0x028f: 'adpcm_g722',
  0x0401: 'imc',
  0x0500: 'on2avc',
  0x1600: 'aac',
  0x1602: 'aac_latm',
  0x1610: 'aac',
  0x2000: 'ac3',
  0x2001: 'dts',
  0x566f: 'vorbis',
  0x5756: 'wavpack',
  0x674f: 'vorbis',
  0x6750: 'vorbis',
  0x6751: 'vorbis',
  0x676f: 'vorbis',
  0x6770: 'vorbis',
  0x6771: 'vorbis',
  0x704f: 'opus',
  0x7361: 'amr_nb',
  0x77a1: 'tta',
  0xa106: 'aac',
  0xa109: 'speex',
  0xf1ac: 'flac'
}
const PCM = 1
const FLOAT = 3

/**
 * ffprobe's name for the codec of a format tag of WAVE; `unknown` for others.
 *
 * @param bits of one sample
 * @param order of the bytes of uncompressed samples; big-endian in RIFX
 */
export function waveCodec (tag: number, bits: number, order: 'le' | 'be' = 'le'): string {
  if (tag === PCM) return pcmCodec({ bits, kind: bits <= 8 ? 'unsigned' : 'signed', order })
  if (tag === FLOAT) return pcmCodec({ bits, kind: 'float', order })
  return CODECS[tag] ?? 'unknown'
}
