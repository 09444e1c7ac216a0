import type { RowSink } from '../bulk-insert.ts';
import { type CompanyTime, secondOfDay } from './company-time.ts';
import { personName } from './names.ts';
import { type Region, type Rep, reps } from './people.ts';
import { Random } from './random.ts';

/** Who sells, and who gets the next customer of a region. */
export interface SalesForce {
  repFor(random: Random, region: Region): Rep;
  /** Teams beside those that every generated company has. */
  readonly teams: readonly Team[];
}

interface Team {
  readonly id: string;
  readonly parentId: string;
  readonly name: string;
  readonly region: Region;
  readonly leaderOfRegion: string;
  /** The first one heads it. */
  readonly reps: readonly Rep[];
}

const teamSize = 25;
/** Regions with their department, its head, and how many of 50 teams they have: as many as they have customers. */
const regions: readonly (readonly [Region, string, string, number])[] = [
  ['华东', 'd11', 'u003', 22],
  ['华南', 'd12', 'u006', 13],
  ['华北', 'd13', 'u007', 9],
  ['华中', 'd14', 'u008', 6],
];

/** The reps of the demo, or of a large company that has so many in teams beside them. */
export function salesForce(salesPeople: number, seed: string): SalesForce {
  if (salesPeople <= reps.length) {
    return {
      repFor: (random, region) =>
        random.weighted(reps.filter((rep) => rep.region === region).map((rep) => [rep, rep.share])),
      teams: [],
    };
  }
  const random = new Random(`${seed}/sales-force`);
  const teams: Team[] = [];
  for (let left = salesPeople - reps.length; left > 0; left -= teamSize) {
    const number = teams.length + 1;
    const [region, parentId, leaderOfRegion] = random.weighted(regions.map((entry) => [entry, entry[3]]));
    teams.push({
      id: `t${String(number).padStart(4, '0')}`,
      parentId,
      name: `${region}销售${number}队`,
      region,
      leaderOfRegion,
      reps: Array.from({ length: Math.min(teamSize, left) }, (_, n) => ({
        id: `v${String((number - 1) * teamSize + n + 1).padStart(5, '0')}`,
        name: personName(random),
        region,
        skill: random.between(0.8, 1.2),
        quoteHours: random.int(12, 40),
        pace: random.between(0.85, 1.25),
        share: 1,
      })),
    });
  }
  const byRegion = new Map(
    regions.map(([region]) => [
      region,
      [...reps, ...teams.flatMap((team) => team.reps)].filter((rep) => rep.region === region),
    ]),
  );
  // Among thousands the shares of a few say nothing, and weighing them all for every customer takes long.
  return { repFor: (draw, region) => draw.pick(byRegion.get(region) ?? reps), teams };
}

/** Departments and people of the teams. */
export function addTeams(sink: RowSink, { teams }: SalesForce, time: CompanyTime): void {
  for (const { id, parentId, name, region, reps: members } of teams) {
    const head = members[0]!.id;
    sink.add('cm_departments', { department_id: id, parent_id: parentId, name, region, manager_user_id: head });
  }
  for (const team of teams) {
    team.reps.forEach((rep, index) => {
      const number = Number(rep.id.slice(1));
      sink.add('cm_users', {
        user_id: rep.id,
        name: rep.name,
        employee_no: `V${10_000 + number}`,
        mobile: `1390000${String(number % 10_000).padStart(4, '0')}`,
        email: `${rep.id}@example.com`,
        department_id: team.id,
        department_name: team.name,
        roles: index === 0 ? 'manager' : 'rep',
        manager_user_id: index === 0 ? team.leaderOfRegion : team.reps[0]!.id,
        is_active: 1,
        last_login_at: time.wall(secondOfDay(time.last) + 8 * 3_600),
        created_at: time.wall(secondOfDay(time.first) - 86_400),
        wecom_userid: rep.id,
        dingtalk_userid: `dd_${rep.id}`,
      });
    });
  }
}
