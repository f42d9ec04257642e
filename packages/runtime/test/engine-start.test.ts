import { expect, it } from 'vitest';
import { TestCluster } from './cluster.js';

it('an engine whose TaskManagers cannot even begin says so, and why', async () => {
  // Node needs more than that for itself.
  await expect(TestCluster.start({ taskManagerHeapMb: 2 })).rejects.toMatchObject({
    code: 'ENGINE_START_FAILED',
    message: expect.stringMatching(/taskmanager-\d ended 3 times .*it ran out of memory \(limit 2 MB\)/),
  });
});
