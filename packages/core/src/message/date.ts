// Minutes east of Greenwich. RFC 5322, 4.3 names the American ones; programs of other places write theirs all the same.
const zones: Readonly<Record<string, number>> = {
  UT: 0,
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  BST: 60,
  MET: 60,
  MEZ: 60,
  CET: 60,
  MEST: 120,
  MESZ: 120,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  IST: 330,
  SGT: 480,
  HKT: 480,
  JST: 540,
  KST: 540,
  AEST: 600,
  AEDT: 660,
  NZST: 720,
  NZDT: 780,
};

const dateTime =
  /^(?:[^\s\d,]{2,12}\.?,?\s*)?(\d{1,2}[\s-][A-Za-z]{3,9}[\s-]\d{2,4})\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\s+([+-]\d{4}|[A-Za-z]{1,5}))?$/;

const offset = (zone: string): string => {
  const minutes = zones[zone.toUpperCase()];
  if (minutes === undefined) return zone;
  return `+${String(Math.floor(minutes / 60)).padStart(2, "0")}${String(minutes % 60).padStart(2, "0")}`;
};

/** A date as people and programs write it: what JavaScript reads, and the dates of mails (RFC 5322, 3.3 and 4.3). */
export function readDate(text: string): Date {
  const read = new Date(text);
  if (!Number.isNaN(read.getTime()) || text.length > 200) return read;
  const plain = text
    .replace(/\([^()]*\)/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  const [, day = "", hours = "", minutes = "", seconds = "00", zone = "+0000"] = dateTime.exec(plain) ?? [];
  return new Date(`${day.replaceAll("-", " ")} ${hours}:${minutes}:${seconds} ${offset(zone)}`);
}
