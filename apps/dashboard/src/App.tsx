import { Machine } from './features/machine/Machine.js';

export function App() {
  return <Machine />;
}
