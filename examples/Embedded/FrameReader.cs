using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace PollMode.Examples.Embedded;

/// <summary>Asynchronous code that reads packets: prints as many frames as <c>Frames</c> says, then stops the host.</summary>
internal sealed class FrameReader(PacketTap tap, Engine engine, IConfiguration configuration, IHostApplicationLifetime host) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long left = configuration.GetValue("Frames", 10L);
        PipeReader reader = tap.OpenReader();
        while (left > 0)
        {
            ReadResult result = await reader.ReadAsync(stoppingToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            for (; left > 0 && TapFrame.TryRead(ref buffer, out TapFrame frame); left--)
            {
                Console.WriteLine($"port {frame.Port}, {frame.Length} bytes: {Convert.ToHexString(frame.Bytes.Slice(0, Math.Min(32, frame.Length)).ToArray())}");
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        await reader.CompleteAsync();
        Console.WriteLine($"{engine.Statistics.RxPackets} packets received, {tap.Delivered} of them read, {tap.Dropped} too many for the reader.");
        host.StopApplication();
    }
}
