import { expect, test } from '@jest/globals';

import { mergeMetrics } from './metrics.js';

test('metrics of several services are one document: a family once, each sample with its service', () => {
  const issues = '# HELP up Whether it runs.\n# TYPE up gauge\nup 1\n\n# HELP posts_total Posts.\n# TYPE posts_total counter\nposts_total{method="chat.postMessage",reason="a } b"} 7 1700000000000\n';
  const notifier = '# HELP up Whether it runs.\n# TYPE up gauge\nup 0\n';
  expect(mergeMetrics([{ service: 'issues', text: issues }, { service: 'notifier', text: notifier }, { service: 'connector', text: '' }])).toBe(
    '# HELP up Whether it runs.\n# TYPE up gauge\nup{service="issues"} 1\nup{service="notifier"} 0\n\n' +
    '# HELP posts_total Posts.\n# TYPE posts_total counter\nposts_total{service="issues",method="chat.postMessage",reason="a } b"} 7 1700000000000\n',
  );
});
