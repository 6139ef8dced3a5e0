import { buildMessage, ValidateBy } from 'class-validator';

/** Words of a table with commas between them: `waiting,needs attention`. */
export function IsListOf(known: readonly string[]): PropertyDecorator {
  return ValidateBy({
    name: 'isListOf',
    validator: {
      validate: (value) => typeof value === 'string' && listIn(value).every((one) => known.includes(one)),
      defaultMessage: buildMessage((each) => `${each}$property must be of ${known.join(', ')}, separated by commas`),
    },
  });
}

/** The words of such a list; none where there is none. */
export function listIn(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
