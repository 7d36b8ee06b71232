import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes twenty seconds or more: nobody waits for it alone at the end. */
const long =
  /chaos|durability|killed|soak|fuzz|poison|probes|outage|worker-life|docs|examples|rules-broken|crash|installed|works-with|first-example|packages.long|lease|late|table|prisma|silence/;

/** The usual order, the long ones before all others. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => long.test(moduleId);
    const usual = await super.sort(files);
    return [...usual.filter(isLong), ...usual.filter((file) => !isLong(file))];
  }
}
