export { main, runAndExit } from './cli/main.js';
