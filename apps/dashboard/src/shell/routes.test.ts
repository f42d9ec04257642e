import { expect, test } from 'vitest';
import { places, readRoute } from './routes.js';

test('every place has an address, and what is unknown is the first page', () => {
  expect(readRoute('')).toEqual({ view: 'overview' });
  expect(readRoute(places.overview)).toEqual({ view: 'overview' });
  expect(readRoute(places.pipeline)).toEqual({ view: 'pipeline' });
  expect(readRoute(places.checkpoint(12))).toEqual({ view: 'checkpoint', id: 12 });
  expect(readRoute('#/tasks')).toEqual({ view: 'overview', section: 'tasks' });
  expect(readRoute('#/checkpoints')).toEqual({ view: 'overview', section: 'checkpoints' });
  expect(readRoute('#/checkpoints/x')).toEqual({ view: 'overview', section: 'checkpoints' });
  expect(readRoute('#/jobs/abc?at=1')).toEqual({ view: 'overview' });
});
