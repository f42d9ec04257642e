import { defineMessages } from '../../messages/define.js';

export const throughputMessages = defineMessages(
  {
    title: 'Throughput',
    perSecond: 'records/s',
    span: { 300000: '5 min', 1800000: '30 min' },
    spanName: 'Span of the time axis',
    perTask: 'Throughput per task',
    vertex: 'Vertex whose tasks are shown',
    chartName: (vertex: string) => `Records a second of each task of ${vertex} over time`,
    meanOf: (seconds: number) => `mean of ${seconds} s`,
    all: (vertex: string) => `All of ${vertex}`,
    none: 'No figures yet.',
    loading: 'Loading the chart …',
  },
  {
    title: '처리량',
    perSecond: '초당 레코드',
    span: { 300000: '5분', 1800000: '30분' },
    spanName: '시간축 범위',
    perTask: '태스크별 처리량',
    vertex: '태스크를 볼 정점',
    chartName: (vertex) => `시간에 따른 ${vertex} 태스크별 초당 레코드 수`,
    meanOf: (seconds) => `${seconds}초 평균`,
    all: (vertex) => `${vertex} 전체`,
    none: '아직 데이터가 없습니다.',
    loading: '차트를 불러오는 중 …',
  },
);
