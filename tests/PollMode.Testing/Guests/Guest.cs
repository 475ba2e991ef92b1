using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PollMode.Testing;

/// <summary>
/// A virtual machine, with network devices whose drivers know zero copy if wanted. Each device's wire ends in this process. The guest sees the host's
/// files, and keeps what it changes to itself; a shell in it does what it is told.
/// </summary>
public sealed class Guest : IDisposable
{
    private const string Ready = "@@ready";

    /// <summary>Generous: where the processor is emulated and others are at work, booting alone has taken a minute.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pmg");
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Lock _gate = new();
    private readonly List<GuestWire> _wires = [];
    private int _commands;

    private Guest(string device, int devices, int megabytes, string pages, int nodes)
    {
        var arguments = new List<string>
        {
            // Ends by itself should nobody be left to end it.
            "--foreground", "--signal=KILL", "600", GuestRequires.Emulator,
            "-machine", "q35,kernel-irqchip=split", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", Number(megabytes), "-nodefaults", "-no-user-config",
            "-display", "none", "-no-reboot", "-serial", $"file:{_folder}/console", "-serial", "stdio",
            "-kernel", Path.Combine(GuestRequires.Folder, "vmlinux"), "-initrd", Path.Combine(GuestRequires.Folder, "root.cpio"),
            "-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
            "-append", $"console=ttyS0 quiet panic=-1 mitigations=off {pages}",
        };
        for (int i = 0; i < nodes; i++)
        {
            arguments.AddRange(["-object", $"memory-backend-ram,id=m{i},size={megabytes / nodes}M", "-numa", $"node,nodeid={i},cpus={i},memdev=m{i}"]);
        }

        for (int i = 0; i < devices; i++)
        {
            _wires.Add(new GuestWire($"{_folder}/guest{i}", $"{_folder}/host{i}"));
            arguments.AddRange(["-netdev", $"dgram,id=n{i},local.type=unix,local.path={_folder}/guest{i},remote.type=unix,remote.path={_folder}/host{i}"]);
            arguments.AddRange(["-device", $"pcie-root-port,id=p{i},chassis={i + 1},addr={i + 4}"]);
            arguments.AddRange(["-device", $"{device},bus=p{i},netdev=n{i},romfile=,mac={Address(i)}"]);
        }

        var start = new ProcessStartInfo("timeout", arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            WaitFor(Ready);
            _wires.ForEach(wire => wire.Connect());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The host's ends of the devices' wires.</summary>
    public IReadOnlyList<GuestWire> Wires => _wires;

    /// <summary>The hardware address of a device.</summary>
    public static string Address(int device) => string.Create(CultureInfo.InvariantCulture, $"52:54:00:00:00:{device + 1:x2}");

    /// <summary>Boots a guest. A kernel whose emulated processor is kept waiting may give up while it boots: then once more.</summary>
    /// <param name="device">QEMU's name of the kind of device, with its properties.</param>
    /// <param name="count">How many; the guest calls them eth0 and so on.</param>
    /// <param name="megabytes">The guest's memory, MiB; the host gives what is touched of it.</param>
    /// <param name="pages">The hugepages that the guest's kernel sets aside, as its command line has it.</param>
    /// <param name="nodes">NUMA nodes, each with a processor and its part of the memory: none, or two.</param>
    public static Guest Boot(string device, int count, int megabytes = 1024, string pages = "hugepages=96", int nodes = 0)
    {
        try
        {
            return new Guest(device, count, megabytes, pages, nodes);
        }
        catch (TimeoutException)
        {
            return new Guest(device, count, megabytes, pages, nodes);
        }
    }

    /// <summary>Runs commands of the shell in the guest to their end, and gives what they wrote; fails if the last one failed.</summary>
    public string Run(string commands)
    {
        string end = $"@@{++_commands} ";
        int from;
        lock (_gate)
        {
            from = _output.Length;
        }

        _process.StandardInput.WriteLine($"{commands}\necho \"{end}$?\"");
        _process.StandardInput.Flush();
        string text = WaitFor(end, from);
        int at = text.LastIndexOf(end, StringComparison.Ordinal);
        int code = int.Parse(text[(at + end.Length)..].Split('\n')[0].Trim(), CultureInfo.InvariantCulture);
        return code == 0 ? text[..at] : throw new InvalidOperationException($"in the guest, '{commands}' ended with {code}: {text[..at]}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        _wires.ForEach(wire => wire.Dispose());
        _folder.Delete(recursive: true);
    }

    /// <summary>Waits until a whole line that has the text is there. Gives what came since a position.</summary>
    private string WaitFor(string text, int from = 0)
    {
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            string now;
            lock (_gate)
            {
                now = _output.ToString(from, _output.Length - from);
            }

            int at = now.IndexOf(text, StringComparison.Ordinal);
            if (at >= 0 && now.IndexOf('\n', at) >= 0)
            {
                return now;
            }

            if (Environment.TickCount64 > deadline || _process.HasExited)
            {
                string console = File.Exists($"{_folder}/console") ? string.Join('\n', File.ReadLines($"{_folder}/console").TakeLast(30)) : string.Empty;
                throw new TimeoutException($"the guest {(_process.HasExited ? "ended" : "said nothing")} before '{text}': {now}\n{console}");
            }

            Thread.Sleep(10);
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void Add(string? line)
    {
        lock (_gate)
        {
            _output.Append(line).Append('\n');
        }
    }
}
