import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory, runProgram } from '@weir/flink';

/** The newest whose Maven description names only what Maven Central has. */
export const JET_VERSION = '5.6.0';

/** Undefined if it has not been fetched. */
export function lookForJet(): string | undefined {
  const jar = jarPath();
  return existsSync(jar) ? jar : undefined;
}

const jarPath = (): string => join(cacheDirectory(), `hazelcast-${JET_VERSION}.jar`);

/** Hazelcast's jar, from Maven Central; fetched once and shared by clones. */
export async function jetLibrary(say: (line: string) => void): Promise<string> {
  const found = lookForJet();
  if (found !== undefined) return found;
  const jar = jarPath();
  mkdirSync(dirname(jar), { recursive: true });
  const work = mkdtempSync(`${jar}.new-`);
  try {
    say(`fetching Hazelcast ${JET_VERSION} from Maven Central (17 MB) …`);
    const { error, code, output } = await runProgram('mvn', [
      ...['--batch-mode', '--quiet', 'dependency:copy', '-Dmdep.useBaseVersion=true'],
      ...[`-Dartifact=com.hazelcast:hazelcast:${JET_VERSION}`, `-DoutputDirectory=${work}`],
    ]);
    if (error !== undefined) throw new JetUnavailable('Hazelcast is fetched by Maven, and there is no mvn in PATH.');
    if (code !== 0)
      throw new JetUnavailable(`Maven could not fetch Hazelcast ${JET_VERSION}: ${/ERROR.*/.exec(output)?.[0] ?? output.trim()}`);
    renameSync(join(work, `hazelcast-${JET_VERSION}.jar`), jar);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return jar;
}

/** Says in a sentence why. */
export class JetUnavailable extends Error {
  override readonly name = 'JetUnavailable';
}
