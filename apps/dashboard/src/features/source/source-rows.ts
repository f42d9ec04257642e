import type { FileSource, HttpSource, SourceState } from '@weir/protocol';
import { exactBytes, formatBytes } from '../../format/bytes.js';
import { formatDuration } from '../../format/duration.js';
import { formatCount, formatShare } from '../../format/number.js';
import type { sourceMessages } from './messages.js';

type Text = (typeof sourceMessages)['en'];

/** A line about the source: how it was set, or what is counted of it. */
export interface SourceRow {
  readonly name: string;
  readonly value: string;
  /** For hovering: the exact figure, or what is meant. */
  readonly title?: string;
  /** Something was lost, or refused. */
  readonly bad?: boolean;
}

export function sourceRows(source: SourceState, text: Text): readonly SourceRow[] {
  const seed = 'seed' in source && source.seed !== undefined ? [{ name: text.seed, value: String(source.seed) }] : [];
  switch (source.kind) {
    case 'none':
      return [{ name: text.source, value: text.kinds.none }];
    case 'simulated':
      return [
        { name: text.source, value: text.kinds.simulated },
        { name: text.eventInterval, value: text.everyUser(formatDuration(source.intervalMs)) },
        { name: text.abnormal, value: formatShare(source.abnormalRate) },
        ...seed,
      ];
    case 'load':
      return [
        { name: text.source, value: text.kinds.load },
        { name: text.keys, value: formatCount(source.keys) },
        { name: text.rate, value: source.rate === 0 ? text.unlimited : formatCount(source.rate) },
        { name: text.abnormal, value: formatShare(source.abnormalRate) },
        ...seed,
      ];
    case 'files':
      return fileRows(source, text);
    case 'http':
      return httpRows(source, text);
  }
}

function fileRows({ files, follow, format, key, figures }: FileSource, text: Text): readonly SourceRow[] {
  const { bytes, lines, malformed, skipped, openFiles } = figures;
  return [
    { name: text.source, value: `${follow ? text.kinds.followed : text.kinds.files} · ${files.join(' ')}` },
    ...missing(figures.bytesMissing, text),
    { name: text.format, value: format ?? text.told },
    { name: text.key, value: text.keyFields[key] },
    { name: text.read, value: text.lines(formatCount(lines), formatBytes(bytes)), title: exactBytes(bytes) },
    ...(follow ? [behind(figures, text)] : []),
    { name: text.malformed, value: formatCount(malformed), bad: (malformed ?? 0) > 0 },
    { name: text.skipped, value: formatCount(skipped) },
    ...(follow ? [{ name: text.openFiles, value: openFiles === 0 ? text.absent : formatCount(openFiles), title: text.openFilesNote }] : []),
  ];
}

function behind({ pendingBytes, pendingTime, openFiles }: FileSource['figures'], text: Text): SourceRow {
  const time = pendingTime === undefined ? '' : ` · ${formatDuration(pendingTime)}`;
  const value = pendingBytes === 0 && openFiles !== 0 ? text.atEnd : `${formatBytes(pendingBytes)}${time}`;
  return { name: text.behind, value, title: `${exactBytes(pendingBytes)}. ${text.behindNote}` };
}

function httpRows({ key, figures }: HttpSource, text: Text): readonly SourceRow[] {
  const { accepted, waiting, waitingBytes, bytesOnDisk, refused, malformed } = figures;
  return [
    { name: text.source, value: text.kinds.http },
    ...missing(figures.bytesMissing, text),
    { name: text.key, value: text.keyFields[key] },
    { name: text.accepted, value: text.events(formatCount(accepted)) },
    { name: text.waiting, value: text.eventsAndBytes(formatCount(waiting), formatBytes(waitingBytes)), title: text.waitingNote },
    { name: text.onDisk, value: formatBytes(bytesOnDisk), title: `${exactBytes(bytesOnDisk)}. ${text.onDiskNote}` },
    { name: text.refusals, value: text.requests(formatCount(refused)), title: text.refusalsNote, bad: (refused ?? 0) > 0 },
    ...(malformed ? [{ name: text.withoutKey, value: text.events(formatCount(malformed)), bad: true }] : []),
  ];
}

function missing(bytes: number | undefined, text: Text): readonly SourceRow[] {
  return bytes === undefined ? [] : [{ name: text.missing, value: exactBytes(bytes), title: text.missingNote, bad: bytes > 0 }];
}
