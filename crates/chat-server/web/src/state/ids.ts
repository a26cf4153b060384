// Ids in their two spellings: the integer of dialects 1 and 2, and a UUID that is computed from it.

type Kind = 1 | 2 | 3 | 4;

const uuid = (kind: Kind) => (id: number) => {
  const digits = id.toString(16).padStart(15, "0");
  return `63686174-000${kind}-8000-8${digits.slice(0, 3)}-${digits.slice(3)}`;
};

export const roomUuid = uuid(2);
export const messageUuid = uuid(3);

/** Returns the integer of a UUID that the server has made; NaN for any other. */
export function idOf(uuid: string): number {
  const parts = /^63686174-000[1-4]-8000-8([0-9a-f]{3})-([0-9a-f]{12})$/.exec(uuid);
  return parts ? parseInt(parts[1]! + parts[2]!, 16) : NaN;
}
