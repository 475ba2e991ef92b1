using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace PollMode.Isolation;

/// <summary>Reads a pipe frame by frame.</summary>
internal static class FrameReading
{
    internal static async IAsyncEnumerable<TapFrame> ReadAllAsync(PipeReader reader, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        try
        {
            while (true)
            {
                ReadResult result = await reader.ReadAsync(cancellation);
                ReadOnlySequence<byte> buffer = result.Buffer;
                while (TapFrame.TryRead(ref buffer, out TapFrame frame))
                {
                    yield return frame;
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }
}
