import type { FastifyInstance } from 'fastify';
import type { Services } from './services.js';

/** Until there is a dashboard: where everything is. */
const LINKS: readonly (readonly [path: string, korean: string, english: string])[] = [
  ['/overview', '클러스터 개요', 'cluster overview'],
  ['/jobs/overview', '작업', 'jobs'],
  ['/taskmanagers', '태스크매니저', 'TaskManagers'],
  ['/api/alerts', '확정된 알람', 'committed alerts'],
  ['/api/alerts?pending=true', '대기 중인 알람 포함', 'alerts, pending ones too'],
  ['/metrics', '지표 (Prometheus)', 'metrics (Prometheus)'],
  ['/readyz', '준비 상태', 'readiness'],
  ['/openapi.json', 'API 설명', 'description of the API'],
];

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function registerPage(app: FastifyInstance, services: Services): void {
  app.get('/', async (_request, reply) => {
    const job = services.engine()?.snapshot().jobs[0];
    const jobLinks: typeof LINKS = job
      ? [
          [`/jobs/${job.id}`, '이 작업', 'this job'],
          [`/jobs/${job.id}/checkpoints`, '체크포인트', 'its checkpoints'],
          [`/jobs/${job.id}/exceptions`, '예외', 'its exceptions'],
        ]
      : [];
    const items = [...LINKS, ...jobLinks].map(
      ([path, korean, english]) => `<li><a href="${escapeHtml(path)}">${escapeHtml(path)}</a> ${korean} · ${english}</li>`,
    );
    const state = job ? `${escapeHtml(job.name)}: <strong>${job.state}</strong>` : '작업 없음 · no job';
    return reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
      )
      .send(
        `<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>Weir</title><link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">` +
          `<style>body{font:16px/1.6 system-ui,sans-serif;margin:3rem auto;max-width:42rem;padding:0 1rem;color-scheme:light dark}</style></head>` +
          `<body><h1>Weir</h1><p>실시간 이상행동 감지 · abnormal behaviour, detected as it happens</p><p>${state}</p><ul>${items.join('')}</ul></body></html>`,
      );
  });
}
