import { UsageError } from '../usage-error.js';
import type { Reader } from '../values.js';

/** Other schemes would let a configuration read files or reach what is no web server. */
export const webhookUrl: Reader<string> = (given, what) => {
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw new UsageError(`${what}: "${given}" is no URL`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new UsageError(`${what}: "${given}" is neither http:// nor https://`);
  return url.href;
};
