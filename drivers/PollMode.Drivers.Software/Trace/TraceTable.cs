using System.Globalization;

namespace PollMode.Drivers.Software;

/// <summary>Writes traces for people: a paragraph for each packet, a line for each step, with the bytes that the step changed.</summary>
internal static class TraceTable
{
    private const int BytesShown = 16;

    internal static void Write(TextWriter writer, string port, IReadOnlyList<PacketTraceEntry> entries, IReadOnlyList<long> ids)
    {
        writer.WriteLine($"{ids.Count} packet(s) followed from {port}");
        ILookup<long, PacketTraceEntry> steps = entries.ToLookup(entry => entry.PacketId);
        int width = ids.SelectMany(id => steps[id]).Select(entry => entry.Step.Length).DefaultIfEmpty().Max();
        foreach (long id in ids)
        {
            writer.WriteLine();
            writer.WriteLine($"packet {id.ToString(CultureInfo.InvariantCulture)}");
            ReadOnlyMemory<byte> before = ReadOnlyMemory<byte>.Empty;
            foreach (PacketTraceEntry entry in steps[id])
            {
                string size = entry.Frame.IsEmpty ? string.Empty : $"{entry.Frame.Length} bytes";
                writer.WriteLine($"  {entry.Step.PadRight(width)}  {size,11}  {entry.Action}{Describe(before.Span, entry.Frame.Span)}");
                before = entry.Frame.IsEmpty ? before : entry.Frame;
            }
        }

        writer.Flush();
    }

    /// <summary>The bytes from the first to the last that differ; of a new frame its first ones.</summary>
    private static string Describe(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        if (after.IsEmpty)
        {
            return string.Empty;
        }

        if (before.IsEmpty)
        {
            return ": " + Hex(after);
        }

        int first = before.CommonPrefixLength(after);
        if (first == after.Length && first == before.Length)
        {
            return string.Empty;
        }

        int last = after.Length - 1;
        while (before.Length == after.Length && last > first && before[last] == after[last])
        {
            last--;
        }

        return first >= after.Length ? $": cut after {after.Length}" : $": {first}..{last} {Hex(after[first..(last + 1)])}";
    }

    private static string Hex(ReadOnlySpan<byte> bytes) =>
        Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, BytesShown)]) + (bytes.Length > BytesShown ? "..." : string.Empty);
}
