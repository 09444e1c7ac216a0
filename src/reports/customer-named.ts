import { type CustomerFound, findCustomers } from '../metrics/customer-card.ts';
import { ownerName } from './owner-name.ts';
import { type Company, type Findings, nothingFound, type Question } from './report.ts';

const most = 8;

/** The one customer that a question is about, or what to answer instead. */
export type Named =
  | { readonly kind: 'one'; readonly customer: CustomerFound }
  | { readonly kind: 'answer'; readonly findings: Findings };

/**
 * Finds the customer within the asker's scope. One that lies outside is answered exactly like one that does not exist;
 * several of the same name are offered with city and owner. `command` is the report's word: 客户, 互动记录.
 */
export async function customerNamed(company: Company, question: Question, command: string): Promise<Named> {
  const said = question.slots.filters?.customer?.join('、') ?? '';
  const { filter } = question;
  if (filter.customerIds === undefined && said === '') {
    return answer(
      nothingFound('要看哪家客户', `请带上客户名,比如「${command} 宏达机械」;只记得几个字也可以。`, [
        { label: '沉默客户', command: '沉默客户' },
        { label: '商机列表', command: '商机列表' },
      ]),
    );
  }
  const found =
    filter.customerIds === undefined ? [] : await findCustomers(company.crm, question.scope, filter, most + 1);
  const [first] = found;
  if (first === undefined) {
    const name = said === '' ? '这家客户' : `「${said}」`;
    return answer(
      nothingFound(
        `没有找到${name}`,
        `你能看到的客户里没有${name}。请核对名字,少写几个字再试;不是你负责的客户也查不到。`,
      ),
    );
  }
  if (found.length === 1) return { kind: 'one', customer: first };
  const shown = found.slice(0, most);
  const places = shown.map((customer) => [
    customer.name,
    customer.city ?? '城市未填',
    customer.industry ?? '行业未填',
    ownerName(company.directory, customer.owner_user_id),
  ]);
  return answer({
    ...nothingFound(
      `找到 ${found.length > most ? `${most} 家以上` : `${found.length} 家`},要看哪一家`,
      `叫「${said === '' ? first.name : said}」的不止一家:${places.map((row) => row.join('/')).join(';')}。`,
      shown.slice(0, 4).map((customer) => {
        const owner = ownerName(company.directory, customer.owner_user_id);
        const unique = found.filter((other) => other.name === customer.name).length === 1;
        const words = unique || customer.owner_user_id === null ? customer.name : `${customer.name} ${owner}`;
        return { label: `${customer.name} ${customer.city ?? owner}`, command: `${command} ${words}` };
      }),
    ),
    table: { columns: ['客户', '城市', '行业', '负责人'], rows: places, numeric: [false, false, false, false] },
  });
}

const answer = (findings: Findings): Named => ({ kind: 'answer', findings });
