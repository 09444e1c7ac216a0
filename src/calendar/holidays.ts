import chineseDays from 'chinese-days';
import { addDays, type Day, dayOf } from './day.ts';

/** A festival as people name it, and the days it means. */
interface Festival {
  readonly words: readonly string[];
  /** Name in the work-day calendar, where the holiday is a statutory one. */
  readonly statutory?: string;
  /** Month and day, where the festival keeps to the solar calendar. */
  readonly solar?: readonly [month: number, day: number];
  /** Month and day of the lunar calendar. */
  readonly lunar?: readonly [month: number, day: number];
  /** Days off by custom, where the statutory calendar of the year is not published yet. */
  readonly days: number;
}

const festivals: readonly Festival[] = [
  { words: ['元旦'], statutory: '元旦', solar: [1, 1], days: 1 },
  { words: ['春节', '过年', '大年'], statutory: '春节', lunar: [1, 1], days: 7 },
  { words: ['元宵节', '元宵'], lunar: [1, 15], days: 1 },
  { words: ['情人节'], solar: [2, 14], days: 1 },
  { words: ['三八节', '妇女节', '三八'], solar: [3, 8], days: 1 },
  { words: ['清明节', '清明'], statutory: '清明', solar: [4, 5], days: 3 },
  { words: ['五一劳动节', '劳动节', '五一', '51黄金周'], statutory: '劳动节', solar: [5, 1], days: 5 },
  { words: ['端午节', '端午'], statutory: '端午', lunar: [5, 5], days: 3 },
  { words: ['六一八', '618'], solar: [6, 18], days: 1 },
  { words: ['七夕'], lunar: [7, 7], days: 1 },
  { words: ['中秋节', '中秋'], statutory: '中秋', lunar: [8, 15], days: 3 },
  { words: ['国庆节', '国庆', '十一黄金周', '十一长假', '黄金周'], statutory: '国庆节', solar: [10, 1], days: 7 },
  { words: ['双十一', '双11', '光棍节'], solar: [11, 11], days: 1 },
  { words: ['双十二', '双12'], solar: [12, 12], days: 1 },
  { words: ['圣诞节', '圣诞'], solar: [12, 25], days: 1 },
];

/** Every word for a festival, longest first. */
export const festivalWords: readonly string[] = festivals
  .flatMap((festival) => festival.words)
  .sort((a, b) => b.length - a.length);

const known = new Map<string, readonly [Day, Day]>();

function daysOf(festival: Festival, year: number): readonly [Day, Day] | null {
  const key = `${festival.words[0]}${year}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const first =
    festival.solar !== undefined
      ? dayOf(year, festival.solar[0], festival.solar[1])
      : (chineseDays.getSolarDateFromLunar(`${year}-${festival.lunar![0]}-${festival.lunar![1]}`).date as Day);
  if (first === null || !/^\d{4}-\d{2}-\d{2}$/.test(first)) return null;
  const statutory = (day: Day): boolean => {
    const detail = chineseDays.getDayDetail(day);
    return !detail.work && festival.statutory !== undefined && detail.name.includes(festival.statutory);
  };
  let [from, to] = [first, first];
  if (festival.statutory !== undefined && statutory(first)) {
    while (statutory(addDays(from, -1))) from = addDays(from, -1);
    while (statutory(addDays(to, 1))) to = addDays(to, 1);
  } else {
    to = addDays(first, festival.days - 1);
  }
  known.set(key, [from, to]);
  return [from, to];
}

/** The days of a festival in a year: the statutory days off where the state has one, else the day itself. Null for an unknown word. */
export function festivalDays(word: string, year: number): { readonly from: Day; readonly to: Day } | null {
  const festival = festivals.find((one) => one.words.includes(word));
  const days = festival === undefined ? null : daysOf(festival, year);
  return days === null ? null : { from: days[0], to: days[1] };
}
