import { dayOfSecond, secondOfDay } from './company-time.ts';
import { type Customer, type Generation, Results, repAt, touch } from './generation.ts';
import { products } from './market.ts';

export interface NewContract {
  readonly opportunityId: string | null;
  /** When the opportunity was won or the renewal signed; null = still on its way through the approval. */
  readonly wonAt: number | null;
  readonly amount: number;
  /** The contract that this one renews, and the day it begins. */
  readonly renews: { readonly contractId: string; readonly startsOn: number } | null;
}

/** A contract with its lines, payment plan and payments. */
export function addContract(generation: Generation, customer: Customer, contract: NewContract): void {
  const { time, sink, numbers, results } = generation;
  const { random } = customer;
  const id = numbers.next('k');
  const pending = contract.wonAt === null;
  const wonDay = pending ? time.last : dayOfSecond(contract.wonAt);
  const owner = repAt(customer, pending ? time.now : contract.wonAt);
  // The deal is booked within days of the signature; a few sums change on the last metre.
  const signedOn = wonDay;
  const amount =
    contract.opportunityId !== null && random.chance(0.05)
      ? Math.round((contract.amount * 0.97) / 100) * 100
      : contract.amount;
  const startsOn = contract.renews?.startsOn ?? signedOn + random.int(1, 15);
  const endsOn = startsOn + 364;
  // Of what ended lately, some is not marked as done: what 订单完成率 has to find. No draw, so that the rest stays as it was.
  const unmarked = endsOn >= time.last - 45 && Number(id.slice(1)) % 6 === 2;
  const over = endsOn < time.last && !unmarked;
  const status = pending ? random.pick(['draft', 'pending'] as const) : over ? 'completed' : 'effective';
  sink.add('cm_contracts', {
    contract_id: id,
    number: `HT${time.day(signedOn).slice(0, 7).replace('-', '')}-${id.slice(1)}`,
    name: `${customer.name}${contract.renews === null ? '软件服务合同' : '续费合同'}`,
    customer_id: customer.id,
    opportunity_id: contract.opportunityId,
    owner_user_id: owner.id,
    amount,
    status,
    signed_on: pending ? null : time.day(signedOn),
    starts_on: time.day(startsOn),
    ends_on: time.day(endsOn),
    created_at: time.wall(
      pending
        ? time.now - random.int(1, 72) * 3_600
        : Math.max(contract.wonAt - random.int(1, 6) * 3_600, secondOfDay(signedOn)),
    ),
    renews_contract_id: contract.renews?.contractId ?? null,
  });
  const subscription = addLines(generation, customer, id, amount, contract.renews !== null);
  if (pending) return;
  customer.subscriptions.push({ contractId: id, startsOn, endsOn, amount: subscription });
  customer.firstDealDay = Math.min(customer.firstDealDay ?? signedOn, signedOn);
  touch(customer, secondOfDay(signedOn));
  const month = time.day(signedOn).slice(0, 7);
  Results.add(results.won, `${owner.id} ${month}`, amount);
  if (customer.campaignId !== null) Results.add(results.revenue, customer.campaignId, amount);
  addPayments(generation, customer, id, amount, signedOn);
}

/** Lines that add up to the amount; gives back what is yearly subscription of it. */
function addLines(
  generation: Generation,
  customer: Customer,
  contractId: string,
  amount: number,
  renewal: boolean,
): number {
  const { sink, numbers } = generation;
  const { random } = customer;
  const add = (productId: string, quantity: number, unitPrice: number) =>
    sink.add('cm_contract_lines', {
      line_id: numbers.next('l'),
      contract_id: contractId,
      product_id: productId,
      quantity,
      unit_price: unitPrice,
      amount: quantity * unitPrice,
    });
  let left = amount;
  const hardwareWanted =
    !renewal && (customer.industry === '制造业' || customer.industry === '物流') && random.chance(0.55);
  if (hardwareWanted) {
    const device = customer.industry === '物流' ? products[5]! : products[4]!;
    const quantity = Math.floor((amount * random.between(0.1, 0.35)) / device.price);
    if (quantity > 0) {
      add(device.id, quantity, device.price);
      left -= quantity * device.price;
    }
  }
  if (!renewal && random.chance(0.8)) {
    const service = random.weighted([
      [products[6]!, 6],
      [products[7]!, amount > 200_000 ? 3 : 0.2],
      [products[8]!, 2],
    ]);
    const price = Math.round((amount * random.between(0.08, 0.22)) / 100) * 100;
    if (price > 0) {
      add(service.id, 1, price);
      left -= price;
    }
  }
  const plans = products.filter((product) => product.category === 'SaaS');
  const middle = left > 110_000 && left <= 300_000 ? random.pick([plans[1]!, plans[3]!]) : null;
  // Who counts goods with scanners keeps them in the software for warehouses: what 交叉销售 has to find.
  const scans = hardwareWanted && customer.industry === '物流' && left < amount;
  const plan = scans ? plans[3]! : left > 300_000 ? plans[2]! : (middle ?? plans[0]!);
  add(plan.id, 1, left);
  return left;
}

function addPayments(
  generation: Generation,
  customer: Customer,
  contractId: string,
  amount: number,
  signedOn: number,
): void {
  const { random } = customer;
  const terms: readonly (readonly [number, number])[] =
    amount < 60_000
      ? [[1, 15]]
      : amount < 250_000
        ? [
            [0.5, 10],
            [0.5, 75],
          ]
        : [
            [0.3, 10],
            [0.5, 60],
            [0.2, 150],
          ];
  let planned = 0;
  terms.forEach(([share, afterDays], i) => {
    const part = i === terms.length - 1 ? amount - planned : Math.round((amount * share) / 100) * 100;
    planned += part;
    addInstalment(generation, customer, contractId, part, signedOn, signedOn + afterDays + random.int(-3, 5), i);
  });
}

function addInstalment(
  generation: Generation,
  customer: Customer,
  contractId: string,
  amount: number,
  signedOn: number,
  dueOn: number,
  index: number,
): void {
  const { time, sink, numbers, results } = generation;
  const { random } = customer;
  const owner = repAt(customer, secondOfDay(signedOn)).id;
  const manner = random.weighted([
    ['prompt', 80],
    ['late', 13],
    ['partial', 4],
    ['never', 3],
  ] as const);
  const delay = manner === 'prompt' ? random.int(-6, 8) : random.int(12, 70);
  const paidOn = Math.max(signedOn, time.workDayFrom(dueOn + delay));
  let paid = 0;
  if (manner !== 'never' && paidOn <= time.last) {
    const confirmed = paidOn < time.last - 1 || random.chance(0.5);
    const sum = manner === 'partial' ? Math.round((amount * random.between(0.3, 0.7)) / 100) * 100 : amount;
    if (confirmed) paid = sum;
    sink.add('cm_payments', {
      payment_id: numbers.next('y'),
      contract_id: contractId,
      customer_id: customer.id,
      owner_user_id: owner,
      amount: sum,
      paid_on: time.day(paidOn),
      status: confirmed ? 'confirmed' : 'pending',
      method: random.weighted([
        ['银行转账', 82],
        ['承兑汇票', 12],
        ['支付宝', 6],
      ]),
      created_at: time.wall(Math.min(time.now, time.moment(random, paidOn))),
    });
    if (confirmed) {
      touch(customer, secondOfDay(paidOn));
      Results.add(results.paid, `${owner} ${time.day(paidOn).slice(0, 7)}`, sum);
    }
  }
  sink.add('cm_payment_plans', {
    plan_id: `${contractId}-${index + 1}`,
    contract_id: contractId,
    customer_id: customer.id,
    owner_user_id: owner,
    amount,
    due_on: time.day(dueOn),
    paid_amount: paid,
    status: paid >= amount ? 'paid' : paid > 0 ? 'partial' : dueOn < time.last ? 'overdue' : 'due',
  });
}
