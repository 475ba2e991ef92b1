using System.Globalization;
using PollMode.Wire;

namespace PollMode.Drivers.Traffic;

/// <summary>The values of one field: fixed, a range in order, a range by chance, or a list in order.</summary>
public sealed class FieldPattern
{
    private const int MostListed = 4096;

    private FieldPattern(FieldDefinition field, FieldPatternKind kind, UInt128 first, ulong count, ulong step, ulong[] list)
    {
        Field = field;
        Kind = kind;
        First = first;
        Count = count;
        Step = step;
        List = list;
    }

    internal FieldDefinition Field { get; }

    internal FieldPatternKind Kind { get; }

    /// <summary>The first value; of an IPv6 address all 128 bits.</summary>
    internal UInt128 First { get; }

    /// <summary>Values of a range.</summary>
    internal ulong Count { get; }

    internal ulong Step { get; }

    internal ulong[] List { get; }

    /// <summary>
    /// Reads the values of a field: <c>80</c>; <c>1024-2047</c>, in steps <c>1024-2047/2</c>; by count <c>10.0.0.1+254</c>;
    /// by chance <c>random:1024-2047</c>; a list <c>53|80|443</c>. Numbers may be hexadecimal (<c>0x800</c>); addresses are written as such.
    /// </summary>
    /// <param name="name">The field's name in Wireshark.</param>
    /// <param name="text">The values.</param>
    /// <param name="shape">The packets.</param>
    /// <exception cref="PollModeException">There is no such field, or the values are not of the syntax, or do not fit the field.</exception>
    public static FieldPattern Parse(string name, string text, PacketShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        FieldDefinition field = FieldDefinition.Find(name, shape);
        string trimmed = (text ?? string.Empty).Trim();
        if (trimmed.Contains('|', StringComparison.Ordinal))
        {
            UInt128[] values = [.. trimmed.Split('|').Select(value => Value(field, value, trimmed))];
            return values.Length <= MostListed && values.All(value => value >> 64 == values[0] >> 64)
                ? new FieldPattern(field, FieldPatternKind.List, values[0], (ulong)values.Length, 0, [.. values.Select(value => (ulong)value)])
                : throw new PollModeException($"The list of values of {name} has more than {MostListed} entries, or IPv6 addresses whose upper 64 bits differ.");
        }

        FieldPatternKind kind = FieldPatternKind.Increment;
        if (trimmed.StartsWith("random:", StringComparison.Ordinal))
        {
            kind = FieldPatternKind.Random;
            trimmed = trimmed["random:".Length..];
        }

        ulong step = 1;
        int slash = trimmed.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0)
        {
            step = (ulong)Number(trimmed[(slash + 1)..], name, text);
            trimmed = trimmed[..slash];
        }

        int plus = trimmed.IndexOf('+', StringComparison.Ordinal);
        int dash = trimmed.IndexOf('-', StringComparison.Ordinal);
        UInt128 first = Value(field, plus > 0 ? trimmed[..plus] : dash > 0 ? trimmed[..dash] : trimmed, text);
        if (plus <= 0 && dash <= 0)
        {
            return kind == FieldPatternKind.Increment && slash < 0
                ? new FieldPattern(field, FieldPatternKind.Fixed, first, 1, 0, [])
                : throw Bad(name, text);
        }

        if (step == 0)
        {
            throw new PollModeException($"The values '{text}' of {name} go in steps of zero; give a step of one or more.");
        }

        ulong low = (ulong)first;
        ulong count;
        if (plus > 0)
        {
            count = (ulong)Number(trimmed[(plus + 1)..], name, text);
            UInt128 last = low + ((UInt128)(count - 1) * step);
            if (count == 0 || last > field.Largest)
            {
                throw new PollModeException($"The range '{text}' overflows {name}, whose largest value is {Show(field, first >> 64 << 64 | field.Largest)}; start lower or ask for fewer values.");
            }
        }
        else
        {
            UInt128 last = Value(field, trimmed[(dash + 1)..], text);
            if (last < first || last >> 64 != first >> 64)
            {
                throw new PollModeException($"The range '{text}' of {name} runs backwards, or over the upper 64 bits of an IPv6 address; write the smaller value first.");
            }

            ulong steps = ((ulong)last - low) / step;
            count = steps == ulong.MaxValue ? steps : steps + 1;
        }

        return new FieldPattern(field, kind, first, count, step, []);
    }

    /// <summary>Values of a field from a first one up, for flows.</summary>
    internal static FieldPattern Range(FieldDefinition field, UInt128 first, ulong count) => new(field, FieldPatternKind.Increment, first, count, 1, []);

    private static UInt128 Value(FieldDefinition field, string text, string? whole)
    {
        string trimmed = text.Trim();
        UInt128? value = field.Format switch
        {
            FieldFormat.Mac => MacAddress.TryParse(trimmed, out MacAddress mac) ? mac.Value : null,
            FieldFormat.Ipv4 => Ipv4Address.TryParse(trimmed, out Ipv4Address ip) ? ip.Value : null,
            FieldFormat.Ipv6 => Ipv6Address.TryParse(trimmed, out Ipv6Address ip) ? ip.Value : null,
            _ => Number(trimmed, field.Name, whole),
        };
        if (value is not { } known)
        {
            throw Bad(field.Name, whole);
        }

        return field.Format == FieldFormat.Ipv6 || known <= field.Largest
            ? known
            : throw new PollModeException($"{trimmed} overflows {field.Name}, whose largest value is {field.Largest}; give a smaller one.");
    }

    private static UInt128 Number(string text, string name, string? whole)
    {
        string trimmed = text.Trim();
        bool isHex = trimmed.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return ulong.TryParse(isHex ? trimmed[2..] : trimmed, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : throw Bad(name, whole);
    }

    private static string Show(FieldDefinition field, UInt128 value) => field.Format switch
    {
        FieldFormat.Mac => new MacAddress((ulong)value).ToString(),
        FieldFormat.Ipv4 => new Ipv4Address((uint)value).ToString(),
        FieldFormat.Ipv6 => new Ipv6Address(value).ToString(),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static PollModeException Bad(string name, string? text) =>
        new($"'{text}' are no values for {name}; write one (80), a range (1024-2047, 10.0.0.1+254, random:1024-2047) or a list (53|80|443), addresses as such.");
}
