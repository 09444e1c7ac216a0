import type { z } from 'zod';

const kinds: Readonly<Record<string, string>> = {
  string: '文字',
  number: '数字',
  int: '整数',
  boolean: 'true 或 false',
  array: '列表 […]',
  object: '对象 {…}',
  record: '对象 {…}',
};

/** What is wrong with one setting, in the words of whoever has to put it right; never its value. For `safeParse(…, { error })`. */
export const issueWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? '没有填' : `要写成${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `只能是 ${issue.values.map(String).join('、')}`;
    case 'unrecognized_keys':
      return `没有 ${issue.keys.join('、')} 这个设置`;
    case 'too_small':
      return issue.minimum === 1 && issue.origin !== 'number'
        ? '不能空着'
        : `最少 ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `最多 ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_format':
      return issue.format === 'url' ? '要写成 https://… 这样的网址' : '格式不对';
    case 'not_multiple_of':
      return `要是 ${issue.divisor} 的倍数`;
    default:
      return '写法不对';
  }
};

const unitOf = (origin: string): string => (origin === 'string' ? ' 个字' : origin === 'array' ? ' 项' : '');

/** One line a problem: which setting, and what is wrong with it. */
export const problemLines = (error: z.ZodError): string[] =>
  error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}:${message}`));
