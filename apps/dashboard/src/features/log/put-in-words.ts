import type { LogLine } from '@weir/protocol';
import { formatBytes } from '../../format/bytes.js';
import { formatDuration } from '../../format/duration.js';
import { taskManagerName } from '../../format/names.js';
import type { logMessages } from './messages.js';

type Words = (typeof logMessages)['en']['words'];

/**
 * The server's line as the page says it, in the viewer's language. What it does not know it shows as it came; the line itself is always there on hovering,
 * and a job's own output (alerts, sinks) is never translated.
 */
export function putInWords(line: LogLine, words: Words): string {
  const { text, userId, abnormal } = line;
  switch (line.kind) {
    case 'source':
      return userId === undefined || abnormal === undefined ? text : words.event(place(line), userId, abnormal);
    case 'process': {
      const count = /abnormalCount=(\d+)$/.exec(text)?.[1];
      return userId === undefined || abnormal === undefined || count === undefined
        ? text
        : words.counted(place(line), userId, abnormal, count);
    }
    case 'checkpoint':
      return checkpoint(text, words) ?? text;
    case 'cluster':
      return cluster(text, words) ?? text;
    case 'job':
      return job(text, words) ?? text;
    case 'recovery':
      return recovery(text, words) ?? text;
    default:
      return text;
  }
}

/** 1, 2, … as on the page; nothing where the server does not say it. */
function place({ subtask }: LogLine): string {
  return subtask === undefined ? '' : String(subtask + 1);
}

function checkpoint(text: string, words: Words): string | undefined {
  const done = /^(checkpoint|savepoint) (\d+) completed in (\d+) ms, (\d+) bytes$/.exec(text);
  if (done)
    return words.completed(
      words[done[1] as 'checkpoint'],
      done[2] as string,
      formatDuration(Number(done[3])),
      formatBytes(Number(done[4])),
    );
  const failed = /^(checkpoint|savepoint) (\d+) failed(?:: (.*))?$/.exec(text);
  return failed ? words.failed(words[failed[1] as 'checkpoint'], failed[2] as string, failed[3]) : undefined;
}

function cluster(text: string, words: Words): string | undefined {
  const manager = /^(\S+) \(attempt (\d+)\) (started|registered|lost|ended)(?:: (.*))?$/.exec(text);
  if (manager) return words.manager(taskManagerName(manager[1]), manager[2] as string, words[manager[3] as 'lost'], manager[4]);
  const master = /^JobManager \(attempt (\d+)\) (leads|is gone)(?:: (.*))?$/.exec(text);
  return master ? words.manager('JobManager', master[1] as string, master[2] === 'leads' ? words.leads : words.gone, master[3]) : undefined;
}

function job(text: string, words: Words): string | undefined {
  const found = /^job [0-9a-f]{32} ([A-Z]+)(?:: (.*))?$/.exec(text);
  return found ? words.jobState(found[1] as string, found[2]) : undefined;
}

function recovery(text: string, words: Words): string | undefined {
  const found = /^recovery (\d+): ([a-z-]+)(?: \((.*)\))?$/.exec(text);
  const phase = words.phases[found?.[2] as keyof Words['phases']] as string | undefined;
  if (!found || phase === undefined) return undefined;
  const chosen = /^checkpoint (\d+)$/.exec(found[3] ?? '')?.[1];
  return words.recovery(found[1] as string, phase, chosen === undefined ? found[3] : `chk-${chosen}`);
}
