using System.Buffers.Binary;
using System.Diagnostics;
using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

/// <summary>Has frames dissected by tshark, every checksum checked.</summary>
internal static class Tshark
{
    private const string Path = "/usr/bin/tshark";

    /// <summary>No guesses about payloads: random bytes look like some protocol now and then.</summary>
    private static readonly string[] OnlyHeaders = ["-d", "udp.port==1-65535,data", "-d", "tcp.port==1-65535,data"];

    public static List<Dictionary<string, string>> Dissect(IReadOnlyList<byte[]> frames, params string[] fields)
    {
        Assert.SkipUnless(File.Exists(Path), "needs tshark");
        string file = System.IO.Path.GetTempFileName();
        try
        {
            WritePcap(file, frames);
            var start = new ProcessStartInfo(Path) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            foreach (string argument in (string[])["-n", "-r", file, "-T", "fields", "-E", "separator=;", "-E", "occurrence=a", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", .. OnlyHeaders])
            {
                start.ArgumentList.Add(argument);
            }

            foreach (string field in fields)
            {
                start.ArgumentList.Add("-e");
                start.ArgumentList.Add(field);
            }

            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, errors.Result);
            return [.. lines.Select(line => fields.Zip(line.Split(';')).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal))];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void WritePcap(string file, IReadOnlyList<byte[]> frames)
    {
        using FileStream stream = File.Create(file);
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B2C3D4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 65535);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        stream.Write(header);
        foreach (byte[] frame in frames)
        {
            header[..8].Clear();
            BinaryPrimitives.WriteInt32LittleEndian(header[8..], frame.Length);
            BinaryPrimitives.WriteInt32LittleEndian(header[12..], frame.Length);
            stream.Write(header[..16]);
            stream.Write(frame);
        }
    }
}
