import { AlertLogReader } from '@weir/connectors';
import type { AlertLog } from './alert.js';

/** The log that the job's sink commits alerts to. Only read here: it survives jobs, restarts and `--fresh`. */
export function openAlertLog(directory: string): AlertLog {
  return new AlertLogReader(directory);
}
