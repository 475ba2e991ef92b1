namespace PollMode.Drivers.Traffic;

/// <summary>What the payload behind the signature holds.</summary>
internal static class PayloadPattern
{
    /// <summary>No pattern: the bytes stay as they are in the buffer, which saves writing them.</summary>
    internal const string Leave = "leave";

    /// <summary>Checks a pattern.</summary>
    /// <exception cref="PollModeException">There is no such pattern.</exception>
    internal static void Check(string pattern) => Fill([], pattern, 0);

    /// <summary>Fills a payload.</summary>
    /// <exception cref="PollModeException">There is no such pattern.</exception>
    internal static void Fill(Span<byte> payload, string pattern, long seed)
    {
        switch (pattern)
        {
            case "zeros" or Leave:
                payload.Clear();
                break;
            case "ones":
                payload.Fill(0xFF);
                break;
            case "count":
                for (int i = 0; i < payload.Length; i++)
                {
                    payload[i] = (byte)i;
                }

                break;
            case "random":
                var random = new SeededRandom(seed, 0x7061);
                foreach (ref byte value in payload)
                {
                    value = (byte)random.Next();
                }

                break;
            default:
                Repeat(payload, Bytes(pattern));
                break;
        }
    }

    private static void Repeat(Span<byte> payload, byte[] bytes)
    {
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] = bytes[i % bytes.Length];
        }
    }

    private static byte[] Bytes(string pattern)
    {
        try
        {
            if (pattern.StartsWith("hex:", StringComparison.Ordinal) && pattern.Length > 4)
            {
                return Convert.FromHexString(pattern.AsSpan(4));
            }
        }
        catch (FormatException)
        {
            // Falls through to the sentence below.
        }

        throw new PollModeException($"'{pattern}' is not a payload; write zeros, ones, count, random, leave or bytes to repeat, for example hex:deadbeef.");
    }
}
