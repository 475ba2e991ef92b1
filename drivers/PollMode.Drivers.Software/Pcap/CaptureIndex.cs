namespace PollMode.Drivers.Software;

/// <summary>
/// All frames of a capture that is kept in memory whole, found once when it is opened: what is left for each lap is to copy them. A capture
/// with anything strange in it (cut short, broken, with frames of other links) has no index and is read record by record, lap by lap.
/// </summary>
internal sealed class CaptureIndex
{
    private CaptureIndex(IndexedFrame[] frames, int longest)
    {
        Frames = frames;
        Longest = longest;
    }

    /// <summary>The frames in their order; at least one.</summary>
    internal IndexedFrame[] Frames { get; }

    /// <summary>Bytes of the longest one.</summary>
    internal int Longest { get; }

    /// <summary>Finds the frames of a whole file.</summary>
    /// <returns>Null if there is none, or something else than frames of Ethernet.</returns>
    internal static CaptureIndex? Of(ReadOnlySpan<byte> file)
    {
        if (CaptureFormat.Detect(file) is not { } format)
        {
            return null;
        }

        var frames = new List<IndexedFrame>();
        CapturedFrame frame = default;
        int longest = 0;
        long position = 0;
        while (position < file.Length)
        {
            CaptureParse found = format.Read(file[(int)position..], ref frame, out long consumed);
            if (found is CaptureParse.NeedMore or CaptureParse.Corrupt)
            {
                return null;
            }

            if (found == CaptureParse.Frame)
            {
                frames.Add(new IndexedFrame((int)position + frame.Offset, frame.Length, frame.TimestampNanoseconds, frame.HasTimestamp, frame.OriginalLength > frame.Length));
                longest = Math.Max(longest, frame.Length);
            }

            position += consumed;
        }

        bool isStrange = position > file.Length || frames.Count == 0 || format is PcapngFormat { OtherLinkType: >= 0 };
        return isStrange ? null : new CaptureIndex([.. frames], longest);
    }
}
