import { defineMessages } from '../../messages/define.js';

export const throughputMessages = defineMessages(
  {
    title: 'Throughput',
    perSecond: 'records/s',
    span: { 300000: '5 min', 1800000: '30 min' },
    spanName: 'Span of the time axis',
    chartName: 'Records a second out of each source subtask over time',
    meanOf: (seconds: number) => `mean of ${seconds} s`,
    all: 'All sources',
    none: 'No figures yet.',
    loading: 'Loading the chart …',
  },
  {
    title: '처리량',
    perSecond: '초당 레코드',
    span: { 300000: '5분', 1800000: '30분' },
    spanName: '시간축 범위',
    chartName: '시간에 따른 Source Subtask별 초당 레코드 수',
    meanOf: (seconds) => `${seconds}초 평균`,
    all: '전체 Source',
    none: '아직 데이터가 없습니다.',
    loading: '차트를 불러오는 중 …',
  },
);
