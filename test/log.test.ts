import { expect, it } from 'vitest';
import { Failure } from '../src/failure.ts';
import { createLog, scrubbed } from '../src/log.ts';

function written(use: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  use(createLog('trace', { write: (line) => lines.push(line) }));
  return lines.join('');
}

it('keeps what happened and why, through the causes', () => {
  const text = written((log) =>
    log.error(
      { error: new Failure('unavailable', 'a CRM query failed', '稍后再试。', new Error('connect ECONNREFUSED')) },
      'failed',
    ),
  );
  const line = JSON.parse(text);
  expect(line.error).toMatchObject({
    code: 'unavailable',
    message: 'a CRM query failed',
    cause: { message: 'connect ECONNREFUSED' },
  });
});

it('keeps no secret, no phone and no text of a person, wherever they hide', () => {
  const leaky = Object.assign(
    new Error(
      'GET https://qyapi.weixin.qq.com/cgi-bin/message/send?access_token=TOKENTOKEN&debug=1 failed for 13812345678',
    ),
    {
      config: { url: 'https://x/?access_token=TOKENTOKEN', headers: { 'x-acs-dingtalk-access-token': 'TOKENTOKEN' } },
      sql: "select * from cm_users where mobile = '13812345678'",
    },
  );
  const text = written((log) => {
    log.error({ error: new Failure('unavailable', 'send failed', '稍后再试。', leaky) }, 'failed');
    log.info(
      {
        message: { text: '客户 张丽 13812345678', userId: 'u1' },
        settings: { secret: 'TOKENTOKEN', token: 'TOKENTOKEN' },
      },
      'received',
    );
    log.warn({ error: new Error('mysql://root:hunter2@db:3306/crm refused') }, 'failed');
  });
  for (const hidden of ['TOKENTOKEN', '13812345678', '张丽', 'hunter2']) expect(text).not.toContain(hidden);
  expect(text).toContain('138****5678');
});

it('scrubs credentials out of text of any shape', () => {
  expect(scrubbed('corpsecret=abc&corpid=ww1')).toBe('corpsecret=***&corpid=ww1');
  expect(scrubbed('{"accessToken":"abc","x":1}')).not.toContain('abc');
  expect(scrubbed('key: abc123')).not.toContain('abc123');
});
